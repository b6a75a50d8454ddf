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
  api = await startTestApi(db, { SENDGRID_WEBHOOK_KEY: key });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

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
  for (const socket of sockets) socket.destroy();
  await until('there is room again', async () => (await unsigned()) === 403 || undefined);
});
