import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TwilioOptions } from '../../src/providers/twilio/index.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

type Callback = { readonly path: string; readonly signature: string; readonly params: Record<string, string> };

export type TwilioWorld = Awaited<ReturnType<typeof startTwilioWorld>>;

/** The sandbox's Twilio, a receiver of what it reports (`callbacks`), and the options that know both. */
export async function startTwilioWorld() {
  const sandbox = await startSandbox();
  const callbacks: Callback[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(body));
      callbacks.push({ path: request.url ?? '', signature: String(request.headers['x-twilio-signature']), params });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { TWILIO_ACCOUNT_SID = '', TWILIO_AUTH_TOKEN = '', TWILIO_FROM = '', TWILIO_API_URL = '' } = sandbox.settings;
  const options: TwilioOptions = {
    accountSid: TWILIO_ACCOUNT_SID,
    authToken: TWILIO_AUTH_TOKEN,
    from: TWILIO_FROM,
    apiUrl: TWILIO_API_URL,
    publicUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    timeoutMs: 60_000,
  };
  return {
    sandbox,
    options,
    callbacks,
    clear() {
      sandbox.faults.clear();
      sandbox.journal.clear();
      callbacks.length = 0;
    },
    async close() {
      await sandbox.close();
      receiver.closeAllConnections();
      receiver.close();
    },
  };
}
