import { generateKeyPairSync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  api = await startTestApi(db, {
    SENDGRID_WEBHOOK_KEY: key,
    EMAIL_INBOUND_SECRET: secret,
    POSTMARK_WEBHOOK_SECRET: secret,
  });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const secret = 'a password of the tests';
const path = '/callbacks/sendgrid';
const unsigned = async () =>
  (await fetch(`${api.url}${path}`, { method: 'POST', body: '[]', headers: { 'content-type': 'application/json' } }))
    .status;

test('SE-3: reports of nobody known take a bounded memory while they are read, and all of it comes back', async () => {
  expect(await unsigned()).toBe(403);
  const { port, hostname } = new URL(api.url);
  let refused = 0;
  const size = 1_000_000;
  const sockets = Array.from({ length: 40 }, (): Socket => {
    const socket = connect(Number(port), hostname).on('error', () => {});
    socket.on('data', (answer) => {
      if (answer.toString().startsWith('HTTP/1.1 503')) refused += 1;
    });
    // All but the last byte.
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(size - 1, ' '));
    return socket;
  });
  await until('there is no room for the last ones', async () => refused >= 6 || undefined);
  // Whose password is in the headers does not share with those who have none.
  const known = await fetch(`${api.url}/email/inbound`, {
    method: 'POST',
    body: 'Subject: hello\r\n\r\n',
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${secret}` },
  });
  expect(known.status).toBe(204);
  for (const socket of sockets) socket.destroy();
  await until('there is room again', async () => (await unsigned()) === 403 || undefined);
});

test.each([
  ['/email/inbound', 'message/rfc822', 204],
  ['/callbacks/postmark', 'application/json', 200],
])('SE-3: %s: a password that is wrong is refused before the body is there', async (where, type, taken) => {
  const { port, hostname } = new URL(api.url);
  /** The answer to a request of which so much of the body is sent. */
  const answerTo = (password: string, body: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname).on('error', reject);
      socket.once('data', (answer) => {
        resolve(answer.toString());
        socket.destroy();
      });
      socket.write(
        `POST ${where} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 2\r\n` +
          `authorization: Bearer ${password}\r\n\r\n${body}`,
      );
    });
  expect(await answerTo('wrong', '')).toMatch(/^HTTP\/1\.1 403 /);
  expect((await answerTo(secret, '{}')).split(' ', 2)).toEqual(['HTTP/1.1', String(taken)]);
});
