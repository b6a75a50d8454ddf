import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createTwilioVoice,
  parseTwilioStatus,
  type TwilioOptions,
  verifyTwilioSignature,
} from '../../src/providers/twilio/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { messageTo, unaborted } from '../support/message.ts';
import { until } from '../support/until.ts';

type Callback = { readonly path: string; readonly signature: string; readonly params: Record<string, string> };

let sandbox: Sandbox;
let options: TwilioOptions;
let voice: Provider;
let receiver: Server;
let callbacks: Callback[] = [];
const number = '+33612345678';

beforeAll(async () => {
  sandbox = await startSandbox();
  receiver = createServer((request, response) => {
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
  options = {
    accountSid: TWILIO_ACCOUNT_SID,
    authToken: TWILIO_AUTH_TOKEN,
    from: TWILIO_FROM,
    apiUrl: TWILIO_API_URL,
    publicUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    timeoutMs: 60_000,
  };
  voice = createTwilioVoice(options);
});
afterAll(async () => {
  await voice.close();
  await sandbox.close();
  receiver.closeAllConnections();
  receiver.close();
});
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
  callbacks = [];
});

async function callOne(message: Message, provider = voice): Promise<Result> {
  const [result] = await provider.send([message], unaborted);
  if (!result) throw new Error('no result');
  return result;
}
const received = () => sandbox.journal.list({ provider: 'twilio_voice' });
const heardOf = (message: Message) => callbacks.filter(({ path }) => path.endsWith(message.deliveryId));
const reportsOf = (message: Message) => heardOf(message).map(({ params }) => parseTwilioStatus(params));

describe('what is asked for', () => {
  test('CP-6 a call that reads the body out, by whose voice and in which language', async () => {
    const message = messageTo(number, { body: 'Tea & "biscuits" <now>?', data: { voice: 'alice', language: 'fr-FR' } });
    expect(await callOne(message)).toEqual({
      outcome: 'accepted',
      providerMessageId: expect.stringMatching(/^CA[0-9a-f]{32}$/),
    });
    const [entry] = received();
    expect(entry).toMatchObject({ address: number, deliveryId: message.deliveryId, status: 201, body: message.body });
    const raw = entry?.raw as Record<string, string>;
    expect(raw.Twiml).toContain('<Say voice="alice" language="fr-FR">Tea &amp; "biscuits" &lt;now&gt;?</Say>');
    expect(raw).toMatchObject({ To: number, From: options.from, MachineDetection: 'Enable', AsyncAmd: 'true' });
    expect([raw.StatusCallback, raw.AsyncAmdStatusCallback]).toEqual(
      Array(2).fill(`${options.publicUrl}/callbacks/twilio/${message.deliveryId}`),
    );
    expect(raw).not.toHaveProperty('Url');
  });

  test('an agent that converses is asked by Twilio itself', async () => {
    await callOne(messageTo(number, { data: { twimlUrl: 'https://agent.example/42' } }));
    expect(received()[0]?.raw).toMatchObject({ Url: 'https://agent.example/42' });
    expect(received()[0]?.raw).not.toHaveProperty('Twiml');
  });
});

describe('what is reported, signed', () => {
  test.each([
    [null, ['delivered', 'answered human', 'completed']],
    [{ kind: 'soft_bounce', reason: 'machine_start' }, ['delivered', 'answered machine_start', 'completed']],
    [{ kind: 'soft_bounce' }, ['failed no_answer']],
    [{ kind: 'soft_bounce', reason: 'busy' }, ['failed busy']],
    [{ kind: 'hard_bounce' }, ['failed refused']],
  ] as const)('%j', async (fault, expected) => {
    if (fault) sandbox.faults.add({ provider: 'twilio_voice', address: number, ...fault });
    const message = messageTo(number);
    await callOne(message);
    await until('all was reported', async () => heardOf(message).length === expected.length);
    const said = reportsOf(message).map((report) =>
      report?.status === 'failed'
        ? `failed ${report.reason}`
        : report?.status === 'answered'
          ? `answered ${report.code}`
          : report?.status,
    );
    expect(said).toEqual(expected);
    for (const { path, signature, params } of heardOf(message)) {
      expect(verifyTwilioSignature(options.authToken, signature, options.publicUrl + path, params)).toBe(true);
      expect(verifyTwilioSignature('wrong', signature, options.publicUrl + path, params)).toBe(false);
    }
  });

  test('what is no report of a call is none', () => {
    const CallSid = `CA${'0'.repeat(32)}`;
    expect(parseTwilioStatus({ CallSid, CallStatus: 'in-progress' })).toMatchObject({ status: 'delivered' });
    expect(parseTwilioStatus({ CallSid, CallStatus: 'ringing' })).toMatchObject({ status: 'sent' });
    expect(parseTwilioStatus({ CallSid: 'SM0', CallStatus: 'in-progress' })).toBeNull();
    expect(parseTwilioStatus({ CallSid, CallStatus: 'toString' })).toBeNull();
    expect(parseTwilioStatus({ CallSid, AnsweredBy: '<script>' })).toBeNull();
  });
});

describe('what a refusal means', () => {
  test.each([
    ['13223', 'address', 'invalid_address'],
    ['13224', 'address', 'invalid_address'],
    ['13227', 'message', 'region_disabled'],
    ['21210', 'misconfigured', 'sender_rejected'],
    ['21216', 'message', 'refused'],
  ])('%s is %s/%s', async (code, permanence, reason) => {
    sandbox.faults.add({ provider: 'twilio_voice', kind: 'reject', reason: code, times: 1 });
    expect(await callOne(messageTo(number))).toEqual({ outcome: 'rejected', permanence, reason, code });
    expect(await callOne(messageTo(number))).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    ['a number that is none', messageTo('0612345678'), {}, '13223'],
    ["somebody else's number", messageTo(number), { from: '+15005550001' }, '21210'],
    ['a wrong token', messageTo(number), { authToken: 'wrong' }, '20003'],
  ])('%s', async (_what, message, changes, code) => {
    const provider = createTwilioVoice({ ...options, ...changes });
    expect(await callOne(message, provider)).toMatchObject({ outcome: 'rejected', code });
    await provider.close();
  });

  test('an answer that was lost is ambiguous: nobody is called twice', async () => {
    sandbox.faults.add({ provider: 'twilio_voice', kind: 'reset', reason: 'accepted', times: 1 });
    const message = messageTo(number);
    expect(await callOne(message)).toMatchObject({ outcome: 'rejected', permanence: 'ambiguous' });
    await until('the call took place all the same', async () => heardOf(message).length === 3);
    expect(received()).toHaveLength(1);
  });

  test('a fault of texts is none of calls', async () => {
    sandbox.faults.add({ provider: 'twilio', kind: 'gone' });
    expect(await callOne(messageTo(number))).toMatchObject({ outcome: 'accepted' });
  });
});
