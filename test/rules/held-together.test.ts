import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { closeDue, digestsOf } from '../support/digests.ts';
import {
  decisionOf,
  forget,
  installPack,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  type TypeOptions,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db?.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query(`truncate notify.personal_settings, notify.preferences, notify_private.attention;
    update notify.settings set daily_cap = 3, rolling_cap = null, attention_channels = '{}', capped_channels = '{push}'`);
});

const everywhere = ['push', 'email', 'sms', 'in_app'];
let numbers = 0;
const makeAda = () =>
  makePerson(db, { email: `held-${crypto.randomUUID()}@example.com`, phone: `+1500558${1_000 + numbers++}` });
const pause = (ada: string) =>
  db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
    [ada],
  );
/** The pause is over, as at its instant. */
const endPause = async (...people: string[]) => {
  await db.owner.query('alter table notify.personal_settings disable trigger user');
  await db.owner.query('update notify.personal_settings set paused_until = null where user_id = any ($1)', [people]);
  await db.owner.query('alter table notify.personal_settings enable trigger user');
  await db.owner.query(
    `update notify.holds set due_at = clock_timestamp() where released_at is null and recipient_id = any ($1)`,
    [people],
  );
};
const finish = async () => {
  for (let round = 0; round < 2; round++) {
    for (const lane of ['urgent', 'bulk'] as const) await releaseDue(db, lane);
    await closeDue(db);
    await planDue(db);
  }
};
async function tellSome(ada: string, type: string, times: number): Promise<string[]> {
  const events: string[] = [];
  for (let n = 0; n < times; n++) events.push(await tell(db, type, [ada], { variables: { Key: `${n}` } }));
  await planDue(db);
  return events;
}
/** What somebody was sent, as "channel type", each as often as it went out. */
const sentTo = async (ada: string): Promise<string[]> =>
  (
    await db.owner.query<{ said: string }>(
      `select d.channel || ' ' || n.type_key as said from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
       where d.recipient_id = $1 and d.channel <> 'in_app' and d.status = 'queued' order by 1`,
      [ada],
    )
  ).rows.map(({ said }) => said);
const typeOf = (options: TypeOptions = {}) => makeType(db, { channels: everywhere, ...options });

describe('W29 NC-12 what a pause held', () => {
  test('W29: comes as one digest a channel, however many it is, and none is dropped by the cap', async () => {
    const type = await typeOf();
    const [ada, ben] = [await makeAda(), await makeAda()];
    for (const person of [ada, ben]) await pause(person);
    const events = await tellSome(ada, type, 6);
    const [single] = await tellSome(ben, type, 1);
    await endPause(ada, ben);
    await finish();
    expect((await sentTo(ada)).filter((said) => !said.startsWith('sms'))).toEqual([
      'email held_digest',
      'push held_digest',
    ]);
    expect((await sentTo(ben)).filter((said) => !said.startsWith('sms'))).toEqual([`email ${type}`, `push ${type}`]);
    expect(await decisionOf(db, single as string)).toBe('send');
    for (const event of events) expect(await decisionOf(db, event)).toBe('digest: held');
    const digests = await digestsOf(db, ada);
    expect(digests.map(({ channel, frequency, itemCount }) => `${channel} ${frequency} ${itemCount}`).sort()).toEqual([
      'email held 6',
      'push held 6',
    ]);
    expect(digests[0]?.items.map(({ eventId }) => eventId)).toEqual(events);
    // One message, as far as the cap is concerned.
    expect(
      await one(
        db.owner,
        `select sum(count)::integer from notify_private.daily_counters where recipient_id = $1 and channel = 'push'`,
        [ada],
      ),
    ).toBe(1);
    expect(await one(db.owner, `select title from notify.notifications where type_key = 'held_digest' limit 1`)).toBe(
      'While it was quiet: 6 updates',
    );
  });

  test('W29: is one notification where only one is left of several', async () => {
    const [type, other] = [await typeOf({ channels: ['push', 'in_app'] }), await typeOf({ channels: ['push'] })];
    const ada = await makeAda();
    await pause(ada);
    const [read, left] = await tellSome(ada, type, 2);
    const [off] = await tellSome(ada, other, 1);
    await db.owner.query('update notify.notifications set read_at = now() where event_id = $1', [read]);
    await db.owner.query('update notify.notification_types set enabled = false where key = $1', [other]);
    await endPause(ada);
    await finish();
    expect(await sentTo(ada)).toEqual([`push ${type}`]);
    expect([await decisionOf(db, read as string), await decisionOf(db, left as string)]).toEqual([
      'inbox: seen',
      'send',
    ]);
    expect(await decisionOf(db, off as string)).toBe('type: type_disabled');
  });

  test('W29: is read or deleted until the digest closes: what is left is told, and nothing where nothing is', async () => {
    const type = await typeOf({ channels: ['push', 'in_app'] });
    const ada = await makeAda();
    await pause(ada);
    const events = await tellSome(ada, type, 3);
    await endPause(ada);
    await releaseDue(db);
    await db.owner.query('update notify.notifications set deleted_at = now() where event_id = any ($1)', [
      events.slice(0, 2),
    ]);
    await closeDue(db);
    await planDue(db);
    expect((await digestsOf(db, ada))[0]?.itemCount).toBe(1);
    expect(await sentTo(ada)).toEqual(['push held_digest']);
  });

  test.each(['daily', 'rolling'])(
    'W29: waits for room where the %s cap is reached by then, and is not dropped',
    async (cap) => {
      const type = await typeOf({ channels: ['push'] });
      const urgent = await typeOf({ channels: ['push'], priority: 'P0' });
      await db.owner.query(
        cap === 'daily'
          ? 'update notify.settings set daily_cap = 2'
          : 'update notify.settings set daily_cap = 9, rolling_cap = 2',
      );
      const [ada, ben] = [await makeAda(), await makeAda()];
      for (const person of [ada, ben]) await pause(person);
      const [alone] = await tellSome(ada, type, 1);
      const both = await tellSome(ben, type, 2);
      for (const person of [ada, ben]) await tellSome(person, urgent, 2);
      await endPause(ada, ben);
      await finish();
      expect(await one(db.owner, 'select outcome from notify.decisions where event_id = $1', [alone])).toBe('hold');
      expect(await decisionOf(db, alone as string)).toBe(`${cap}_cap: cap_reached`);
      for (const event of both) expect(await decisionOf(db, event)).toBe('digest: held');
      expect(
        await one(
          db.owner,
          `select d.outcome from notify.decisions as d join notify.events as e on e.id = d.event_id where e.type_key = 'held_digest'`,
        ),
      ).toBe('hold');
      // What comes anew is dropped, as its type says.
      const [anew] = await tellSome(ada, type, 1);
      expect(await one(db.owner, 'select outcome from notify.decisions where event_id = $1', [anew])).toBe('suppress');
      // Held on, and full again: still not dropped.
      await db.owner.query('update notify.holds set due_at = now() where released_at is null');
      await finish();
      expect(await one(db.owner, 'select outcome from notify.decisions where event_id = $1', [alone])).toBe('hold');
      // Room again.
      await db.owner.query(
        'truncate notify_private.daily_counters; update notify.holds set due_at = now() where released_at is null',
      );
      await finish();
      expect(await decisionOf(db, alone as string)).toBe('send');
      expect(await sentTo(ben)).toContain('push held_digest');
    },
  );

  test('W29: is judged in one call, wherever the limit of a call falls', async () => {
    const type = await typeOf({ channels: ['push'] });
    const people = await Promise.all(Array.from({ length: 4 }, makeAda));
    for (const person of people) {
      await pause(person);
      await tellSome(person, type, 5);
    }
    await endPause(...people);
    while (await one<boolean>(db.worker, `select notify_private.release_holds('bulk', 3)`));
    await finish();
    for (const person of people) expect(await sentTo(person)).toEqual(['push held_digest']);
  });

  test('W29: comes together where one of it cannot be judged', async () => {
    await db.owner.query(`
      create or replace function engine_test.broken_for_some(event_id uuid, recipient_id uuid) returns boolean language plpgsql stable as $$
      begin
        if (select e.data ? 'broken' from notify.events as e where e.id = broken_for_some.event_id) then raise exception 'broken'; end if;
        return true;
      end $$`);
    const type = await typeOf({ channels: ['push'], stillRelevant: 'engine_test.broken_for_some' });
    const ada = await makeAda();
    await pause(ada);
    const events = await tellSome(ada, type, 3);
    await db.owner.query(`update notify.events set data = data || '{"broken": true}' where id = $1`, [events[1]]);
    await endPause(ada);
    await releaseDue(db);
    expect(await Promise.all(events.map((event) => decisionOf(db, event)))).toEqual([
      'digest: held',
      'quiet_hours: paused',
      'digest: held',
    ]);
  });

  test('W29: waits until they have looked, and what they have not seen by then comes together', async () => {
    await db.owner.query(`update notify.settings set attention_channels = '{push}'`);
    const type = await typeOf({ channels: ['push', 'in_app'] });
    const ada = await makeAda();
    await pause(ada);
    const events = await tellSome(ada, type, 3);
    await db.owner.query(`select notify_private.attend($1, clock_timestamp() + interval '45 seconds')`, [[ada]]);
    await endPause(ada);
    await releaseDue(db);
    expect(await decisionOf(db, events[0] as string)).toBe('attention: looking');
    await db.owner.query(`update notify.holds set due_at = now() where released_at is null`);
    await finish();
    expect(await sentTo(ada)).toEqual(['push held_digest']);
  });

  test('W29: has its steps of a fallback wait for the digest, and what becomes P0 goes out by itself', async () => {
    const type = await typeOf({ channels: ['push'] });
    const ada = await makeAda();
    await pause(ada);
    const events = await tellSome(ada, type, 2);
    await db.owner.query(`update notify.notification_types set priority = 'P0' where key = $1`, [type]);
    await finish();
    expect(await sentTo(ada)).toEqual([`push ${type}`, `push ${type}`]);
    expect(await Promise.all(events.map((event) => decisionOf(db, event)))).toEqual(['send', 'send']);
  });

  test('W29: is left by the link in its mail: the types that it gathered, and no others', async () => {
    const [type, other] = [await typeOf({ channels: ['email'] }), await typeOf({ channels: ['email'] })];
    const ada = await makeAda();
    await pause(ada);
    await tellSome(ada, type, 2);
    await endPause(ada);
    await finish();
    const delivery = await one<string>(db.owner, 'select id from notify.deliveries where recipient_id = $1', [ada]);
    expect(await one(db.owner, `select notify_private.unsubscribe($1, 'held_digest', $2)`, [ada, delivery])).toBe(true);
    const { rows } = await db.owner.query('select type_key, enabled from notify.preferences where user_id = $1', [ada]);
    expect(rows).toEqual([{ type_key: type, enabled: false }]);
    expect(rows).not.toContainEqual({ type_key: other, enabled: false });
    expect(
      await one(db.owner, `select notify_private.unsubscribe($1, 'held_digest', $2)`, [await makeAda(), delivery]),
    ).toBe(false);
  });

  test('W29: explain() says that they are told together, and the back-test what happened', async () => {
    const type = await typeOf({ channels: ['push'] });
    const ada = await makeAda();
    await pause(ada);
    const [event] = await tellSome(ada, type, 3);
    await endPause(ada);
    await finish();
    const said = await db.asUser(ada, async (client) =>
      (
        await client.query<{ said: string }>(
          `select rule || ' ' || verdict as said from notify.explain($1) where verdict not in ('passed', 'not_asked') order by judgement`,
          [event],
        )
      ).rows.map((row) => row.said),
    );
    expect(said).toEqual(['quiet_hours held', 'digest gathered']);
    const { rows } = await db.owner.query(
      `select * from notify_private.replay(now() - interval '1 hour', now() + interval '1 minute', '{}', 0, 1)
       where (outcome, rule, reason) is distinct from (new_outcome, new_rule, new_reason)`,
    );
    expect(rows).toEqual([]);
  });
});
