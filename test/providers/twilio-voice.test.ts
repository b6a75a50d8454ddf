import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTwilioVoice, parseTwilioStatus, verifyTwilioSignature } from '../../src/providers/twilio/index.ts';
import type { Message, Provider, Result } from '../../src/providers/types.ts';
import { messageTo, unaborted } from '../support/message.ts';
import { startTwilioWorld, type TwilioWorld } from '../support/twilio.ts';
import { until } from '../support/until.ts';

let world: TwilioWorld;
let voice: Provider;
const number = '+33612345678';

beforeAll(async () => {
  world = await startTwilioWorld();
  voice = createTwilioVoice(world.options);
});
afterAll(async () => {
  await voice.close();
  await world.close();
});
afterEach(() => world.clear());

async function callOne(message: Message, provider = voice): Promise<Result> {
  const [result] = await provider.send([message], unaborted);
  if (!result) throw new Error('no result');
  return result;
}
const received = () => world.sandbox.journal.list({ provider: 'twilio_voice' });
const heardOf = (message: Message) => world.callbacks.filter(({ path }) => path.endsWith(message.deliveryId));
const reportsOf = (message: Message) => heardOf(message).map(({ params }) => parseTwilioStatus(params));

describe('what is asked for', () => {
  test('CP-6 a call that reads the body out, by whose voice and in which language', async () => {
    const message = messageTo(number, { body: 'Tea & "biscuits" <now>?', data: { voice: 'alice', language: 'fr-FR' } });
    expect(await callOne(message)).toEqual({
      outcome: 'accepted',
      providerMessageId: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      tookMs: expect.any(Number),
    });
    const [entry] = received();
    expect(entry).toMatchObject({ address: number, deliveryId: message.deliveryId, status: 201, body: message.body });
    const raw = entry?.raw as Record<string, string>;
    expect(raw.Twiml).toContain('<Say voice="alice" language="fr-FR">Tea &amp; "biscuits" &lt;now&gt;?</Say>');
    expect(raw).toMatchObject({ To: number, From: world.options.from, MachineDetection: 'Enable', AsyncAmd: 'true' });
    expect([raw.StatusCallback, raw.AsyncAmdStatusCallback]).toEqual(
      Array(2).fill(`${world.options.publicUrl}/callbacks/twilio/${message.deliveryId}`),
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
    if (fault) world.sandbox.faults.add({ provider: 'twilio_voice', address: number, ...fault });
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
      expect(verifyTwilioSignature(world.options.authToken, signature, world.options.publicUrl + path, params)).toBe(
        true,
      );
      expect(verifyTwilioSignature('wrong', signature, world.options.publicUrl + path, params)).toBe(false);
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
    world.sandbox.faults.add({ provider: 'twilio_voice', kind: 'reject', reason: code, times: 1 });
    expect(await callOne(messageTo(number))).toMatchObject({ outcome: 'rejected', permanence, reason, code });
    expect(await callOne(messageTo(number))).toMatchObject({ outcome: 'accepted' });
  });

  test.each([
    ['a number that is none', messageTo('0612345678'), {}, '13223'],
    ["somebody else's number", messageTo(number), { from: '+15005550001' }, '21210'],
    ['a wrong token', messageTo(number), { authToken: 'wrong' }, '20003'],
  ])('%s', async (_what, message, changes, code) => {
    const provider = createTwilioVoice({ ...world.options, ...changes });
    expect(await callOne(message, provider)).toMatchObject({ outcome: 'rejected', code });
    await provider.close();
  });

  test('an answer that was lost is ambiguous: nobody is called twice', async () => {
    world.sandbox.faults.add({ provider: 'twilio_voice', kind: 'reset', reason: 'accepted', times: 1 });
    const message = messageTo(number);
    expect(await callOne(message)).toMatchObject({ outcome: 'rejected', permanence: 'ambiguous' });
    await until('the call took place all the same', async () => heardOf(message).length === 3);
    expect(received()).toHaveLength(1);
  });

  test('a fault of texts is none of calls', async () => {
    world.sandbox.faults.add({ provider: 'twilio', kind: 'gone' });
    expect(await callOne(messageTo(number))).toMatchObject({ outcome: 'accepted' });
  });
});
