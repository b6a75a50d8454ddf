// Over 300 lines: one order of steps, and each way to go through it.

import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  forget,
  installPack,
  makePerson,
  makeType,
  type PersonOptions,
  planDue,
  releaseDue,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { patiently } from '../support/patiently.ts';
import { senders } from '../support/senders.ts';

let db: TestDatabase;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`
    insert into notify.fallbacks values ('wait_then_sms', 'SMS after 30 s'), ('fail_then_sms', 'SMS only where push cannot'),
      ('three', 'three steps'), ('until_read', 'mail where it was not read');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('wait_then_sms', 1, '{push}', '30 seconds', 'delivered'), ('wait_then_sms', 2, '{sms}', null, 'sent'),
      ('fail_then_sms', 1, '{push}', null, 'sent'), ('fail_then_sms', 2, '{sms}', null, 'sent'),
      ('three', 1, '{push}', '30 seconds', 'delivered'), ('three', 2, '{email}', '30 seconds', 'delivered'), ('three', 3, '{sms}', null, 'sent'),
      ('until_read', 1, '{push}', '30 seconds', 'read'), ('until_read', 2, '{email}', null, 'sent');
  `);
  type = await makeType(db, { channels: ['push', 'email', 'sms', 'in_app'], fallbackKey: 'wait_then_sms' });
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

let numbers = 0;
/** Each with a number of their own: those who share one share what may be sent to it in a day. */
const withPhone = (options: PersonOptions = {}) =>
  makePerson(db, { phone: `+1500555${1_000 + numbers++}`, ...options });
const plan = async (person: string, fallbackKey: string | null = null) => {
  const event = await one<string>(
    db.owner,
    'insert into notify.events (type_key, data, fallback_key) values ($1, $2, $3) returning id',
    [type, JSON.stringify({ to: [person] }), fallbackKey],
  );
  await planDue(db);
  return event;
};
const delivery = (event: string, channel: string) =>
  one<string>(
    db.owner,
    `select d.id from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id where n.event_id = $1 and d.channel = $2 limit 1`,
    [event, channel],
  );
/** What a worker does: claims all that is due of a provider and writes back what it said. */
async function send(
  provider: keyof typeof senders,
  outcome: 'accepted' | 'address' | 'transient',
  client: pg.ClientBase | pg.Pool = db.owner,
) {
  const { rows } = await client.query(
    `with worker as (select notify_private.register_worker('bulk', 'h', 1, '{1,2,4,5}') as id),
     claim as (select uuidv7() as id)
     select c.id as claim_id, d.delivery_id from claim as c, worker as w, notify_private.claim_deliveries(c.id, w.id, $1, 'bulk') as d`,
    [senders[provider]],
  );
  for (const { claim_id } of rows.slice(0, 1)) {
    await client.query(
      `select notify_private.record_results($1, array(
         select row(id, $3, case when $3 <> 'accepted' then 'invalid_token' end, null, null, null, false, null)::notify_private.result from unnest($2::uuid[]) as id))`,
      [claim_id, rows.map(({ delivery_id }) => delivery_id), outcome],
    );
  }
  return rows.length;
}
const receipt = (id: string) =>
  one<boolean>(db.owner, `select notify_private.record_receipt($1, 'delivered', 'client')`, [id]);
const timeIsUp = () =>
  db.owner.query(`update notify.holds set due_at = now() where released_at is null;
    update notify.decisions set decided_at = decided_at - interval '31 seconds' where outcome = 'send';
    update notify.deliveries set sent_at = sent_at - interval '31 seconds' where sent_at is not null`);
const waitOf = (event: string, channel: string) =>
  one<number>(
    db.owner,
    `select round(extract(epoch from h.due_at - h.held_at))::integer from notify.holds as h where h.event_id = $1 and h.channel = $2 and h.released_at is null`,
    [event, channel],
  );

test('the first step goes out, the next waits so long, what is in no step goes along', async () => {
  const event = await plan(await withPhone());
  expect(await decisionOf(db, event, 'push')).toBe('send');
  expect(await decisionOf(db, event, 'in_app')).toBe('send');
  expect(await decisionOf(db, event, 'email')).toBe('address: no_address');
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: earlier_step');
  expect(await waitOf(event, 'sms')).toBe(30);
});

test('CP-12: no receipt within the wait: the next step goes out, once', async () => {
  const event = await plan(await withPhone());
  await send('apns', 'accepted');
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: earlier_step');
  await timeIsUp();
  await Promise.all([releaseDue(db), releaseDue(db), releaseDue(db)]);
  expect(await decisionOf(db, event, 'sms')).toBe('send');
  expect(await send('twilio', 'accepted')).toBe(1);
  // A late receipt changes nothing about that.
  await receipt(await delivery(event, 'push'));
  expect(await decisionOf(db, event, 'sms')).toBe('send');
});

test('W27: the wait begins when the provider took it, and not while it is being tried again', async () => {
  const event = await plan(await withPhone());
  const waits = () => waitOf(event, 'sms');
  expect(await waits()).toBe(30);
  await send('apns', 'transient');
  // Until it expires, at most.
  expect(await waits()).toBe(30 * 86_400);
  // It was decided eleven seconds ago.
  await db.owner.query(
    `update notify.deliveries set due_at = now() where status = 'queued';
     update notify.decisions set decided_at = decided_at - interval '11 seconds';
     update notify.holds set held_at = held_at - interval '11 seconds'`,
  );
  await send('apns', 'accepted');
  expect(await waits()).toBeGreaterThanOrEqual(41);
  expect(await waits()).toBeLessThan(60);
});

test('CP-12: a receipt in time: the next step is not needed, and its timer finds nothing', async () => {
  const event = await plan(await withPhone());
  await send('apns', 'accepted');
  await receipt(await delivery(event, 'push'));
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: not_needed');
  await timeIsUp();
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: not_needed');
  expect(await send('twilio', 'accepted')).toBe(0);
});

test('CP-12: a receipt in the same instant as the timer decides once', async () => {
  const outcomes = new Set<string>();
  for (let round = 0; round < 25; round++) {
    const event = await plan(await withPhone());
    await send('apns', 'accepted');
    const id = await delivery(event, 'push');
    await timeIsUp();
    await Promise.all(round % 2 ? [receipt(id), releaseDue(db)] : [releaseDue(db), receipt(id)]);
    await releaseDue(db);
    const said = await decisionOf(db, event, 'sms');
    outcomes.add(said);
    expect(await send('twilio', 'accepted')).toBe(said === 'send' ? 1 : 0);
    expect(
      await one(db.owner, 'select count(*)::integer from notify.holds where event_id = $1 and released_at is null', [
        event,
      ]),
    ).toBe(0);
  }
  expect(['send', 'fallback: not_needed']).toEqual(expect.arrayContaining([...outcomes]));
});

test('CP-20: where the step has failed the next begins at once', async () => {
  const event = await plan(await withPhone());
  await send('apns', 'address');
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('send');
});

test('one of two devices failing is no failure of the step', async () => {
  const event = await plan(await withPhone({ devices: ['apns', 'fcm'] }));
  await send('apns', 'address');
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: earlier_step');
  await send('fcm', 'address');
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('send');
});

test('CP-11: where the step has nobody to go to the next begins at once', async () => {
  const event = await plan(await withPhone({ devices: [] }));
  await releaseDue(db);
  expect(await decisionOf(db, event, 'push')).toBe('address: no_address');
  expect(await decisionOf(db, event, 'sms')).toBe('send');
});

test('without a wait only failure begins the next step; being sent ends it', async () => {
  const event = await plan(await withPhone(), 'fail_then_sms');
  expect(await waitOf(event, 'sms')).toBe(30 * 24 * 3600);
  await send('apns', 'accepted');
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: not_needed');
});

test("the event's order goes before the person's, theirs before the type's", async () => {
  const person = await withPhone();
  await db.owner.query(`insert into notify.fallback_choices values ($1, $2, 'fail_then_sms')`, [person, type]);
  const theirs = await plan(person);
  expect(await waitOf(theirs, 'sms')).toBeGreaterThan(1000);
  const itsOwn = await plan(person, 'wait_then_sms');
  expect(await waitOf(itsOwn, 'sms')).toBe(30);
});

test('people choose an order for a type, their own alone; services for anybody; one that the type cannot use is refused', async () => {
  const person = await withPhone();
  const choose = (user: string, fallback: string | null, of = type) =>
    db.asUser(user, (client) => client.query('select * from notify.set_fallback($1, $2)', [of, fallback]), {
      commit: true,
    });
  await choose(person, 'fail_then_sms');
  expect(await waitOf(await plan(person), 'sms')).toBeGreaterThan(1000);
  await choose(person, null);
  expect(await waitOf(await plan(person), 'sms')).toBe(30);
  await expect(choose(person, 'nothing')).rejects.toThrow('fallback_key: there is no such order of channels');
  await expect(choose(person, 'fail_then_sms', 'nothing')).rejects.toThrow('type_key: ');
  const pushOnly = await makeType(db);
  await expect(choose(person, 'fail_then_sms', pushOnly)).rejects.toThrow('fallback_key: this type uses push');
  await db.asWriter((client) =>
    client.query(
      `insert into notify.fallback_choices (user_id, type_key, fallback_key) values ($1, $2, 'fail_then_sms')`,
      [person, type],
    ),
  );
  await expect(
    db.asUser(person, (client) =>
      client.query(
        `insert into notify.fallback_choices (user_id, type_key, fallback_key) values ($1, $2, 'fail_then_sms')`,
        [person, type],
      ),
    ),
  ).rejects.toThrow('permission denied');
});

test('three steps: each waits for the one before, a step without an address is passed over', async () => {
  const withMail = await plan(await withPhone({ email: 'a@example.com' }), 'three');
  expect([await decisionOf(db, withMail, 'email'), await decisionOf(db, withMail, 'sms')]).toEqual([
    'fallback: earlier_step',
    'fallback: earlier_step',
  ]);
  await send('apns', 'address');
  await releaseDue(db);
  expect([await decisionOf(db, withMail, 'email'), await decisionOf(db, withMail, 'sms')]).toEqual([
    'send',
    'fallback: earlier_step',
  ]);
  await send('smtp', 'accepted');
  await timeIsUp();
  await releaseDue(db);
  expect(await decisionOf(db, withMail, 'sms')).toBe('send');

  await forget(db);
  const withoutMail = await plan(await withPhone(), 'three');
  expect(await waitOf(withoutMail, 'sms')).toBe(30);
  await send('apns', 'accepted');
  await receipt(await delivery(withoutMail, 'push'));
  expect(await decisionOf(db, withoutMail, 'sms')).toBe('fallback: not_needed');
});

test('won in the first step, all later ones are not needed', async () => {
  const event = await plan(await withPhone({ email: 'a@example.com' }), 'three');
  await send('apns', 'accepted');
  await receipt(await delivery(event, 'push'));
  expect([await decisionOf(db, event, 'email'), await decisionOf(db, event, 'sms')]).toEqual([
    'fallback: not_needed',
    'fallback: not_needed',
  ]);
});

test('until it was read: what the person did is looked at when the wait is over', async () => {
  const [read, unread] = [await withPhone({ email: 'r@example.com' }), await withPhone({ email: 'u@example.com' })];
  const [first, second] = [await plan(read, 'until_read'), await plan(unread, 'until_read')];
  await send('apns', 'accepted');
  await db.owner.query('update notify.notifications set read_at = now() where event_id = $1', [first]);
  await timeIsUp();
  await releaseDue(db);
  expect(await decisionOf(db, first, 'email')).toBe('fallback: not_needed');
  expect(await decisionOf(db, second, 'email')).toBe('send');
});

describe('what else ends a step', () => {
  test('a provider without credentials', async () => {
    const event = await plan(await withPhone());
    await db.owner.query(`update notify.workers set senders = '{}'`);
    await db.owner.query(`select notify_private.skip_deliveries('1', 'bulk')`);
    await releaseDue(db);
    expect(await decisionOf(db, event, 'sms')).toBe('send');
  });

  test('the device leaving before it was sent', async () => {
    const person = await withPhone();
    const event = await plan(person);
    await db.owner.query('delete from notify.devices where user_id = $1', [person]);
    expect(await send('apns', 'accepted')).toBe(0);
    await releaseDue(db);
    expect(await decisionOf(db, event, 'sms')).toBe('send');
  });

  test('quiet hours: a step that is itself held keeps the next waiting', async () => {
    const person = await withPhone();
    await db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
      [person],
    );
    const event = await plan(person);
    expect(await decisionOf(db, event, 'push')).toBe('quiet_hours: paused');
    expect(await waitOf(event, 'sms')).toBe(30 * 24 * 3600);
    await db.owner.query('delete from notify.personal_settings where user_id = $1', [person]);
    await db.owner.query(`update notify.holds set due_at = now() where channel = 'push'`);
    await releaseDue(db);
    expect(await decisionOf(db, event, 'push')).toBe('send');
    expect(await waitOf(event, 'sms')).toBeLessThan(32);
  });
});

test('a later step that quiet hours held and that is not needed after all leaves its key to the next', async () => {
  const keyed = await makeType(db, {
    channels: ['push', 'sms'],
    fallbackKey: 'wait_then_sms',
    dedupeKey: 'once:{Key}',
  });
  const person = await withPhone();
  const quiet = (channels: string) => db.owner.query('update notify.settings set quiet_channels = $1', [channels]);
  const about = async () => {
    const event = await tell(db, keyed, [person], { variables: { Key: 'a' } });
    await planDue(db);
    return event;
  };
  // Texts alone are quiet: the push goes out, and the night keeps the text that follows it.
  await quiet('{sms}');
  try {
    const event = await about();
    await db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
      [person],
    );
    await send('apns', 'accepted');
    await timeIsUp();
    await releaseDue(db);
    expect(await decisionOf(db, event, 'sms')).toBe('quiet_hours: paused');
    // It is going to be told, so its key is in use; the push came meanwhile.
    const keys = () => one(db.owner, `select count(*)::integer from notify_private.dedupe_keys where channel = 'sms'`);
    expect(await keys()).toBe(1);
    await receipt(await delivery(event, 'push'));
    await db.owner.query('delete from notify.personal_settings where user_id = $1', [person]);
    await releaseDue(db);
    expect(await decisionOf(db, event, 'sms')).toBe('fallback: not_needed');
    expect(await keys()).toBe(0);
    await db.owner.query(`delete from notify.devices where user_id = $1`, [person]);
    // The window of the push is over.
    await db.owner.query('delete from notify_private.dedupe_keys');
    const again = await about();
    await releaseDue(db);
    expect(await decisionOf(db, again, 'sms')).toBe('send');
  } finally {
    await quiet('{push,email,sms}');
  }
});

test('a step that is gathered and left out of its digest has come to nobody: the next begins', async () => {
  const person = await withPhone();
  const prefer = (column: string, value: unknown) =>
    db.owner.query(
      `insert into notify.preferences (user_id, type_key, channel, ${column}) values ($1, $2, 'push', $3)
       on conflict (user_id, type_key, channel) do update set ${column} = excluded.${column}`,
      [person, type, value],
    );
  await prefer('frequency', 'daily');
  const event = await plan(person);
  expect(await decisionOf(db, event, 'push')).toBe('digest: daily');
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('fallback: earlier_step');
  await prefer('enabled', false);
  await db.owner.query('update notify.digests set due_at = now() where user_id = $1', [person]);
  await one(db.worker, 'select notify_private.close_digests()');
  expect(await decisionOf(db, event, 'push')).toBe('preference: turned_off');
  await releaseDue(db);
  expect(await decisionOf(db, event, 'sms')).toBe('send');
});

test('receipts, results and releases of many at once: everything is decided once and nothing deadlocks', async () => {
  const people = await Promise.all(Array.from({ length: 60 }, () => withPhone()));
  const event = await tell(db, type, people);
  await planDue(db);
  await send('apns', 'accepted');
  const { rows } = await db.owner.query<{ id: string }>(`select id from notify.deliveries where channel = 'push'`);
  await timeIsUp();
  const sessions = Array.from({ length: 24 }, async (_, n) => {
    const client = new pg.Client({ connectionString: n % 3 ? db.ownerUrl : db.workerUrl });
    await client.connect();
    try {
      if (n % 3)
        for (const { id } of rows.filter((_row, index) => index % 2 === 0 && index % 16 === n % 16))
          await client.query(`select notify_private.record_receipt($1, 'delivered', 'client')`, [id]);
      else
        for (let again = true; again; )
          again = await patiently(() => one<boolean>(client, `select notify_private.release_holds('bulk', 7)`));
    } finally {
      await client.end();
    }
  });
  await Promise.all(sessions);
  await releaseDue(db);
  const { rows: said } = await db.owner.query(
    `select outcome, reason, count(*)::integer from notify.decisions where event_id = $1 and channel = 'sms' group by 1, 2 order by 1, 2`,
    [event],
  );
  expect(said.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  expect(said.every(({ outcome, reason }) => outcome === 'send' || reason === 'not_needed')).toBe(true);
  const sent = said.find(({ outcome }) => outcome === 'send')?.count ?? 0;
  expect(await one(db.owner, `select count(*)::integer from notify.deliveries where channel = 'sms'`)).toBe(sent);
});
