import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createSmtp, type SmtpOptions } from '../../src/providers/smtp/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { unaborted } from '../support/message.ts';

/**
 * What the tests of mail begin with. A test file that imports this has a sandbox of its own:
 * the hooks here are its hooks.
 */

export let sandbox: Sandbox;

export let options: SmtpOptions;

export let smtp: Provider;

export const ada = 'ada@example.com';

export const mail = { html: '', text: '', headers: {}, returnTag: 'k1-0' };

beforeAll(async () => {
  sandbox = await startSandbox();
  const { SMTP_URL = '', MAIL_FROM = '', SMTP_CA = '' } = sandbox.settings;
  options = { url: SMTP_URL, from: MAIL_FROM, ca: SMTP_CA, timeoutMs: 60_000 };
  smtp = createSmtp(options);
});

afterAll(async () => {
  await smtp.close();
  await sandbox.close();
});

afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

export async function sendOne(message: Message, provider = smtp): Promise<Result> {
  const [result] = await provider.send([message], unaborted);
  if (!result) throw new Error('no result');
  return result;
}

export const received = () => sandbox.journal.list({ provider: 'smtp' });

/**
 * A relay that answers every command with success unless `script` says otherwise: a reply, `cut` or `silence`. `END`
 * stands for the final dot, `GREETING` for the connection.
 */
export async function relayOf(script: (line: string) => string | null, { user = '', timeoutMs = 60_000 } = {}) {
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let inData = false;
    let rest = '';
    const on = (line: string, usual: string) => {
      seen.push(line);
      const reply = script(line) ?? usual;
      if (reply === 'cut') socket.destroy();
      else if (reply !== 'silence') socket.write(`${reply}\r\n`);
    };
    on('GREETING', '220 test');
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (inData && line !== '.') continue;
        if (inData) on('END', '250 ok');
        else if (line.startsWith('EHLO')) on(line, '250-test\r\n250 AUTH PLAIN');
        else on(line, line === 'DATA' ? '354 go' : line.startsWith('AUTH') ? '235 ok' : '250 ok');
        inData = line === 'DATA';
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as import('node:net').AddressInfo;
  const url = `smtp://${user}127.0.0.1:${port}`;
  const provider = createSmtp({ url, from: options.from, connections: 1, timeoutMs });
  return {
    provider,
    seen,
    async [Symbol.asyncDispose]() {
      await provider.close();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
