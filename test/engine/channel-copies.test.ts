import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { Permanence, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

let db: TestDatabase;
let engine: Engine;
let worker: string;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = engineOf(db);
  worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.twilio, senders.twilio_voice]);
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  await db.owner.query(`
    create table engine_test.heard (n bigint generated always as identity, delivery_id uuid, status text, answered text);
    create function engine_test.listen(delivery_ids uuid[]) returns void language sql as $$
      insert into engine_test.heard (delivery_id, status, answered)
      select d.id, d.status, (select r.code from notify.receipts as r where r.delivery_id = d.id and r.kind = 'answered')
      from notify.deliveries as d where d.id = any (delivery_ids)
    $$;
  `);
  type = await makeType(db, { channels: ['push', 'sms', 'voice'], title: 'Hi {Name}', body: 'Long {Name} 💪' });
  await db.owner.query(
    `update notify.notification_types set max_segments = 1, channel_attempts = '{"sms": 1}', listener = 'engine_test.listen' where key = $1`,
    [type],
  );
  await db.owner.query(
    `insert into notify.channel_copies (type_key, locale, channel, place, form, body, is_plain) values
       ($1, 'en', 'sms', 1, 'full', 'SMS {Name} 💪', false), ($1, 'en', 'sms', 2, 'plain', 'SMS {Name}', true)`,
    [type],
  );
});
afterAll(() => db.drop());

const accepted: Result = { outcome: 'accepted', providerMessageId: 'SM1' };
const rejected = (permanence: Permanence): Result => ({
  outcome: 'rejected',
  permanence,
  reason: 'broken',
  code: null,
});

async function toldOn(name: string, typeKey = type) {
  const person = await makePerson(db, { phone: '+33612345678' });
  const event = await tell(db, typeKey, [person], { variables: { Name: name } });
  await planDue(db);
  const { rows } = await db.owner.query<{ id: string; channel: string }>(
    `select d.id, d.channel from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.event_id = $1`,
    [event],
  );
  return Object.fromEntries(rows.map(({ channel, id }) => [channel, id])) as Record<'push' | 'sms' | 'voice', string>;
}
async function send(provider: ProviderName, result: Result | null) {
  const claimId = randomUUID();
  const messages = await engine.claim(claimId, worker, senders[provider], 'bulk');
  if (result)
    await engine.record(
      claimId,
      messages,
      messages.map(() => result),
    );
  return messages;
}
const drain = async () => {
  for (const provider of ['apns', 'twilio', 'twilio_voice'] as const) await send(provider, accepted);
};
const row = async (id: string) => (await db.owner.query('select * from notify.deliveries where id = $1', [id])).rows[0];

describe('a channel has words of its own', () => {
  test('CP-30 each channel says its own; the SMS is measured', async () => {
    const { push, sms, voice } = await toldOn('Ada');
    expect(await send('apns', accepted)).toMatchObject([{ deliveryId: push, title: 'Hi Ada', body: 'Long Ada 💪' }]);
    expect(await send('twilio', accepted)).toMatchObject([{ deliveryId: sms, title: 'Hi Ada', body: 'SMS Ada 💪' }]);
    expect(await send('twilio_voice', accepted)).toMatchObject([{ deliveryId: voice, body: 'Long Ada 💪' }]);
    expect(await row(sms)).toMatchObject({
      sms_form: 'full',
      sms_encoding: 'ucs2',
      sms_segments: 1,
      sms_country: 'FR',
    });
    expect(await row(push)).toMatchObject({
      sms_form: null,
      sms_encoding: null,
      sms_segments: null,
      sms_country: null,
    });
  });

  test('CP-30 the form that went out is recorded', async () => {
    const { sms } = await toldOn('x'.repeat(70));
    expect(await send('twilio', accepted)).toMatchObject([{ body: `SMS ${'x'.repeat(70)}` }]);
    expect(await row(sms)).toMatchObject({ sms_form: 'plain', sms_encoding: 'gsm7', sms_segments: 1 });
    await drain();
  });

  test('a type without such copy says the same everywhere, and its SMS is measured too', async () => {
    const other = await makeType(db, { channels: ['push', 'sms'], body: `{Name}${'y'.repeat(160)}` });
    const { sms } = await toldOn('Ada', other);
    expect(await send('twilio', accepted)).toMatchObject([{ body: `Ada${'y'.repeat(160)}` }]);
    expect(await row(sms)).toMatchObject({ sms_form: null, sms_encoding: 'gsm7', sms_segments: 2 });
    await drain();
  });
});

describe('CP-21 attempts by channel', () => {
  test.each(['transient', 'throttled', 'misconfigured'] as const)(
    'an SMS with one attempt: %s is the end',
    async (permanence) => {
      const { sms, push } = await toldOn('Ada');
      await send('twilio', rejected(permanence));
      await send('apns', rejected('transient'));
      expect(await row(sms)).toMatchObject({ status: 'failed', reason: 'broken', attempt: 1, max_attempts: 1 });
      expect(await row(push)).toMatchObject({ status: 'queued', max_attempts: 8 });
      await db.owner.query(`update notify.senders set paused_until = null, pause_reason = null, pauses = 0;
      update notify.deliveries set due_at = now() where status = 'queued'`);
      expect(await send('twilio', accepted)).toEqual([]);
      await drain();
    },
  );

  test('what was not begun has not been tried', async () => {
    const { sms } = await toldOn('Ada');
    await send('twilio', { ...rejected('transient'), reason: 'not_begun' } as Result);
    expect(await row(sms)).toMatchObject({ status: 'queued' });
    await drain();
  });
});

describe("a type's listener", () => {
  const heard = async (id: string) =>
    (
      await db.owner.query<{ said: string }>(
        `select concat_ws(' ', status, answered) as said from engine_test.heard where delivery_id = $1 order by n`,
        [id],
      )
    ).rows.map(({ said }) => said);
  const receipt = (id: string, kind: string, code: string | null = null) =>
    db.asHttp(
      (client) => client.query(`select notify_private.record_receipt($1, $2, 'provider', $3)`, [id, kind, code]),
      {
        commit: true,
      },
    );

  test('CP-6 hears what becomes of a call: sent, picked up, by whom', async () => {
    const { voice } = await toldOn('Ada');
    expect(await heard(voice)).toEqual([]);
    await send('twilio_voice', accepted);
    expect(await heard(voice)).toEqual(['sent']);
    await receipt(voice, 'delivered');
    await receipt(voice, 'answered', 'human');
    const said = await heard(voice);
    expect(said.at(1)).toBe('delivered');
    expect(said.at(-1)).toBe('delivered human');
    await drain();
  });

  test('hears failures, and what never left', async () => {
    const { voice, push } = await toldOn('Ada');
    await send('twilio_voice', rejected('message'));
    expect(await heard(voice)).toEqual(['failed']);
    await db.owner.query('update notify.deliveries set expires_at = now() where id = $1', [push]);
    await send('apns', accepted);
    expect(await heard(push)).toEqual(['expired']);
    await drain();
  });

  test('other types are none of its business', async () => {
    const other = await makeType(db);
    const person = await makePerson(db);
    await tell(db, other, [person]);
    await planDue(db);
    const before = await one<string>(db.owner, 'select count(*) from engine_test.heard');
    const [message] = await send('apns', accepted);
    expect(await one(db.owner, 'select count(*) from engine_test.heard')).toBe(before);
    expect(await row(message?.deliveryId ?? '')).toMatchObject({ status: 'sent', has_listener: false });
  });

  test('CP-22 a call whose answer was lost is not made again', async () => {
    const { voice } = await toldOn('Ada');
    await send('twilio_voice', rejected('ambiguous'));
    expect(await row(voice)).toMatchObject({ status: 'unknown' });
    expect(await send('twilio_voice', accepted)).toEqual([]);
    await receipt(voice, 'completed', 'human');
    expect(await row(voice)).toMatchObject({ status: 'delivered' });
    const lost = await toldOn('Ada');
    await send('twilio_voice', null);
    await db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
    await engine.recover();
    worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.twilio, senders.twilio_voice]);
    expect(await row(lost.voice)).toMatchObject({ status: 'unknown', reason: 'worker_lost' });
    expect(await send('twilio_voice', accepted)).toEqual([]);
  });
});
