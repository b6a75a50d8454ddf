import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

let sandbox: Sandbox;
let login: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { username, password } = new URL(sandbox.settings.SMTP_URL ?? '');
  login = `AUTH PLAIN ${btoa(`\0${username}\0${password}`)}`;
});
afterAll(() => sandbox.close());
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

const ehlo = 'EHLO test';
const from = 'MAIL FROM:<notifications@rowbell.example>';
const to = 'RCPT TO:<ada@example.com>';
const mail = [
  'From: Rowbell <notifications@rowbell.example>',
  'Date: Thu, 01 Jan 2026 00:00:00 +0000',
  'Subject: Hi',
  '',
  'Text',
  '.',
].join('\r\n');

/** Speaks SMTP line by line; the reply to each, multi-line ones as one. `closed` where the connection was cut. */
async function talk(...lines: string[]): Promise<string[]> {
  const socket = connect(sandbox.ports.smtp ?? 0, '127.0.0.1');
  const replies = [await reply(socket)];
  for (const line of lines) {
    if (replies.at(-1) === 'closed') break;
    const next = reply(socket);
    socket.write(`${line}\r\n`);
    replies.push(await next);
  }
  socket.destroy();
  return replies.slice(1);
}

function reply(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = (value: string) => {
      socket.removeAllListeners();
      socket.on('error', () => {});
      resolve(value);
    };
    socket.on('error', () => done('closed'));
    socket.on('close', () => done('closed'));
    socket.on('data', (chunk) => {
      text += chunk;
      if (/^\d{3} .*\r\n$/m.test(text)) done(text.trim());
    });
  });
}

test('offers STARTTLS, AUTH and SIZE', async () => {
  const [capabilities] = await talk(ehlo);
  expect(capabilities).toMatch(/STARTTLS/);
  expect(capabilities).toMatch(/AUTH [A-Z ]*PLAIN/);
  expect(capabilities).toMatch(/SIZE 10485760/);
});

test('a good mail is taken and journaled', async () => {
  const replies = await talk(ehlo, login, from, to, 'DATA', mail);
  expect(replies.map((text) => text.slice(0, 3))).toEqual(['250', '235', '250', '250', '354', '250']);
  expect(sandbox.journal.list()).toMatchObject([
    { address: 'ada@example.com', status: 250, title: 'Hi', body: 'Text', data: { secure: false } },
  ]);
});

test.each([
  ['no password', [ehlo, from], '530'],
  ['a wrong password', [ehlo, `AUTH PLAIN ${btoa('\0sandbox\0wrong')}`], '535 5.7.8'],
  ["somebody else's sender", () => [ehlo, login, 'MAIL FROM:<eve@example.com>'], '550 5.7.1'],
  ['the empty sender', () => [ehlo, login, 'MAIL FROM:<>'], '550 5.7.1'],
  ['too large', () => [ehlo, login, `${from} SIZE=99999999`], '552'],
])('%s is refused', async (_what, lines, expected) => {
  const replies = await talk(...(typeof lines === 'function' ? lines() : lines));
  expect(replies.at(-1)).toMatch(new RegExp(`^${expected}`));
});

test.each([
  ['no Date', mail.replace(/Date.*\r\n/, '')],
  ['two Froms', `From: eve@example.com\r\n${mail}`],
  ['two Subjects', `Subject: Other\r\n${mail}`],
])('a mail with %s breaks RFC 5322', async (_what, text) => {
  const replies = await talk(ehlo, login, from, to, 'DATA', text);
  expect(replies.at(-1)).toMatch(/^550 5\.6\.0/);
});

test.each([
  [{ kind: 'hard_bounce' }, /^550 5\.1\.1/],
  [{ kind: 'gone' }, /^550 5\.1\.1/],
  [{ kind: 'soft_bounce' }, /^451 4\.2\.2/],
  [{ kind: 'throttle' }, /^450 4\.7\.28/],
  [{ kind: 'server_error' }, /^421 4\.3\.2/],
])('TR-G7: %j at the recipient', async (fault, expected) => {
  sandbox.faults.add({ provider: 'smtp', address: 'ada@example.com', ...fault });
  const replies = await talk(ehlo, login, from, to);
  expect(replies.at(-1)).toMatch(expected);
  expect(sandbox.journal.list()).toMatchObject([{ address: 'ada@example.com', title: null }]);
  expect((await talk(ehlo, login, from, 'RCPT TO:<grace@example.com>')).at(-1)).toMatch(/^250/);
});

test.each([
  [{ kind: 'reject' }, /^554 5\.7\.1/],
  [{ kind: 'reject', status: 552, reason: '5.3.4 Too big' }, /^552 5\.3\.4 Too big/],
  [{ kind: 'reset' }, /^closed$/],
])('%j after the message', async (fault, expected) => {
  sandbox.faults.add({ provider: 'smtp', ...fault });
  expect((await talk(ehlo, login, from, to, 'DATA', mail)).at(-1)).toMatch(expected);
  expect(sandbox.journal.list()).toMatchObject([{ address: 'ada@example.com', title: 'Hi' }]);
});

test.each([
  [{ kind: 'reject', stage: 'auth' }, 1, /^535 5\.7\.8/],
  [{ kind: 'server_error', stage: 'auth' }, 1, /^454 4\.7\.0/],
  [{ kind: 'reject', stage: 'mail' }, 2, /^550 5\.7\.1/],
])('%j before anybody is named', async (fault, commands, expected) => {
  sandbox.faults.add({ provider: 'smtp', ...fault });
  expect((await talk(ehlo, ...[login, from].slice(0, commands))).at(-1)).toMatch(expected);
  expect(sandbox.journal.list()).toEqual([]);
});

test('a lost answer: the mail was taken', async () => {
  sandbox.faults.add({ provider: 'smtp', kind: 'reset', reason: 'accepted' });
  expect((await talk(ehlo, login, from, to, 'DATA', mail)).at(-1)).toMatch(/^closed$/);
  expect(sandbox.journal.list()).toMatchObject([{ title: 'Hi', status: 0, reason: 'accepted' }]);
});

test('latency', async () => {
  sandbox.faults.add({ provider: 'smtp', kind: 'latency', latencyMs: 200 });
  const begun = performance.now();
  expect((await talk(ehlo, login, from, to)).at(-1)).toMatch(/^250/);
  expect(performance.now() - begun).toBeGreaterThan(190);
});
