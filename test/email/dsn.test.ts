import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dsn } from '../../src/sandbox/mail-reports.ts';
import { jwtSecret } from '../support/api.ts';
import { makePerson, makeType, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { linkKeys } from '../support/worker-process.ts';
import { type Received, startWorld, type World } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let world: World;
let type: string;
beforeAll(async () => {
  world = await startWorld();
  type = await makeType(world.db, { channels: ['email'] });
});
afterAll(() => world.close());

/** As a mail server's pipe calls it: the mail on standard input; the exit code. */
async function pipe(
  mail: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<number> {
  const child = spawn(process.execPath, ['src/bin/dsn.ts', ...args], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      API_DATABASE_URL: world.db.apiUrl,
      JWT_SECRET: jwtSecret,
      LINK_KEYS: linkKeys,
      LOG_LEVEL: 'silent',
      ...environment,
    },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.end(Buffer.from(mail, 'latin1'));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
}

async function sent(email: string): Promise<Received> {
  await tell(world.db, type, [await makePerson(world.db, { devices: [], email })]);
  const [mail] = await world.deliver();
  if (!mail) throw new Error('no mail');
  return mail;
}
const statusOf = ({ deliveryId }: Received) =>
  one<string>(world.db.owner, 'select status from notify.deliveries where id = $1', [deliveryId]);
const bounceOf = ({ address, raw }: Received, to: string) =>
  dsn({
    to,
    recipient: address,
    source: (raw as { source: string }).source,
    action: 'failed',
    status: '5.1.1',
    diagnostic: '550 No',
  });

test('NC-33: a mail server hands bounces to a pipe, which finds the delivery by the envelope or by what is returned', async () => {
  const [byEnvelope, byHeaders] = [await sent('one@example.com'), await sent('two@example.com')];
  const path = (byEnvelope.raw as { returnPath: string }).returnPath;
  const tag = /\+(.+)@/.exec(path)?.[1] ?? '';
  expect(await pipe(bounceOf(byEnvelope, 'x@rowbell.example').replaceAll(tag, ''), ['--to', path])).toBe(0);
  expect(await pipe(bounceOf(byHeaders, 'x@rowbell.example'))).toBe(0);
  expect([await statusOf(byEnvelope), await statusOf(byHeaders)]).toEqual(['failed', 'failed']);
});

test('NC-33: any other mail is passed over; without the database the mail server keeps it', async () => {
  const mail = await sent('three@example.com');
  expect(await pipe('Subject: Hello\r\n\r\nHello')).toBe(0);
  expect(
    await pipe(bounceOf(mail, 'x@rowbell.example').replace(/x-rowbell-return: .{6}/i, 'X-Rowbell-Return: k1-000')),
  ).toBe(0);
  expect(await statusOf(mail)).toBe('sent');
  const away = { API_DATABASE_URL: 'postgres://rowbell_api:x@127.0.0.1:1/rowbell' };
  expect(await pipe(bounceOf(mail, 'x@rowbell.example'), [], away)).toBe(75);
  expect(await pipe(bounceOf(mail, 'x@rowbell.example'), [], { LINK_KEYS: '' })).toBe(75);
});
