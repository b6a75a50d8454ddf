import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const authToken = 'the auth token';
const publicUrl = 'https://rowbell.example';
let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: '+15005550006',
  });
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

let last = 15_550_000_000;
const number = () => `+${++last}`;
function reply(fields: Record<string, string | string[]>, signature?: string) {
  const path = '/callbacks/twilio';
  const all = { To: '+15005550006', MessageSid: `SM${'0'.repeat(32)}`, ...fields };
  return fetch(api.url + path, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature ?? twilio.getExpectedTwilioSignature(authToken, publicUrl + path, all) },
    body: new URLSearchParams(
      Object.entries(all).flatMap(([name, value]) => [value].flat().map((each) => [name, each] as [string, string])),
    ),
  });
}
const listed = async (address: string) =>
  (await database.owner.query('select channel, reason from notify.suppressions where address = $1', [address])).rows;
const history = async (address: string) =>
  (
    await database.owner.query<{ said: string }>(
      `select change || ' ' || source || ': ' || note as said from notify.suppression_changes where address = $1 order by id`,
      [address],
    )
  ).rows.map(({ said }) => said);

describe('CP-23 STOP by the recipient', () => {
  test.each(['STOP', ' stop\n', 'StopAll', 'Arrêt', 'ARRET', 'quit'])(
    '%j suppresses the number, with its reason',
    async (body) => {
      const from = number();
      for (let n = 0; n < 2; n++) expect((await reply({ From: from, Body: body })).status).toBe(204);
      expect(await listed(from)).toEqual([{ channel: 'sms', reason: 'opted_out' }]);
      expect(await history(from)).toEqual(['added provider: STOP from the number itself']);
    },
  );

  test.each([
    'Stop.',
    '"STOP"',
    '«Stop»',
    'STOP!!!',
    'ＳＴＯＰ',
    'stop\u00a0',
    '\u201cStop\u201d 🙏',
    'Opt-out',
    'Stop all',
    'unsubscribe…',
  ])('W15: %s is the word, whatever stands around it', async (body) => {
    const from = number();
    expect((await reply({ From: from, Body: body })).status).toBe(204);
    expect(await listed(from)).toEqual([{ channel: 'sms', reason: 'opted_out' }]);
  });

  test.each([
    { MediaUrl: ['https://a.example/1', 'https://a.example/2'] },
    { MediaUrl: ['b', 'a', 'b'] },
    { ToCity: ['', ''] },
  ])('W15: a parameter that is repeated is signed with all its values: %j', async (fields) => {
    const from = number();
    expect((await reply({ From: from, Body: 'STOP', ...fields })).status).toBe(204);
    expect(await listed(from)).toHaveLength(1);
    expect((await reply({ From: from, Body: 'STOP', ...fields }, 'wrong')).status).toBe(403);
  });

  test("Twilio's own verdict goes before the words", async () => {
    const from = number();
    await reply({ From: from, Body: 'no more of this please', OptOutType: 'STOP' });
    expect(await listed(from)).toHaveLength(1);
  });

  test('START takes it back, and nothing else', async () => {
    const [stopped, wrong] = [number(), number()];
    await reply({ From: stopped, Body: 'STOP' });
    await database.owner.query(
      `insert into notify.suppressions (channel, address, reason) values ('sms', $1, 'invalid_address')`,
      [wrong],
    );
    for (const from of [stopped, wrong]) expect((await reply({ From: from, Body: 'start' })).status).toBe(204);
    expect(await listed(stopped)).toEqual([]);
    expect(await listed(wrong)).toEqual([{ channel: 'sms', reason: 'invalid_address' }]);
    expect((await history(stopped)).at(-1)).toBe('removed provider: START from the number itself');
  });

  test.each([
    { Body: 'Thank you, I will stop by' },
    { Body: 'STOP please, I do not want this' },
    { Body: '...' },
    { Body: '' },
    { From: 'whatsapp:+15550000001', Body: 'STOP' },
  ])('%j is none', async (fields) => {
    const from = number();
    expect((await reply({ From: from, ...fields })).status).toBe(204);
    expect(await listed(from)).toEqual([]);
  });

  test('nobody else can say it', async () => {
    const from = number();
    expect((await reply({ From: from, Body: 'STOP' }, 'wrong')).status).toBe(403);
    expect(await listed(from)).toEqual([]);
  });
});
