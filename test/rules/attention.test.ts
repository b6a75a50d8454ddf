// Over 300 lines: one rule, and each way to meet it.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  forget,
  installPack,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
const channels = ['push', 'in_app'];
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query(`
    truncate notify_private.attention;
    update notify.settings set attention_channels = '{push}', daily_cap = 100`);
});

const look = (people: readonly string[], seconds = 45) =>
  db.owner.query('select notify_private.attend($1, clock_timestamp() + make_interval(secs => $2))', [people, seconds]);
const looker = async () => {
  const person = await makePerson(db, {
    email: `${Math.random()}@example.com`,
    phone: `+1${Math.random().toString().slice(2, 12)}`,
  });
  await look([person]);
  return person;
};
/** An event for one person, planned; its id. */
async function told(type: string, person: string, data: Record<string, unknown> = {}): Promise<string> {
  const event = await tell(db, type, [person], data);
  await planDue(db);
  return event;
}
const act = (person: string, action: string, event: string) =>
  db.asUser(
    person,
    (client) =>
      client.query(
        `select notify.change_notifications($1, array(select id from notify.notifications where event_id = $2),
           until => case $1 when 'snooze' then now() + interval '1 hour' end)`,
        [action, event],
      ),
    { commit: true },
  );
const timeIsUp = async () => {
  await db.owner.query(`update notify.holds set due_at = now() where released_at is null and rule = 'attention'`);
  await releaseDue(db);
};
const deliveries = (event: string, channel = 'push') =>
  one<number>(
    db.owner,
    `select count(*)::integer from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
     where n.event_id = $1 and d.channel = $2`,
    [event, channel],
  );
const count = (table: string, channel = 'push') =>
  one<number>(db.owner, `select count(*)::integer from ${table} where channel = $1`, [channel]);

describe('NC-40 whoever looks at the inbox', () => {
  test('gets no push of what they see there within 20 seconds; it is in the inbox at once and uses up no key and no room', async () => {
    const type = await makeType(db, { channels, dedupeKey: 'k:{Key}' });
    const ada = await looker();
    const event = await told(type, ada, { variables: { Key: 'a' } });
    expect(await decisionOf(db, event)).toBe('attention: looking');
    expect(await decisionOf(db, event, 'in_app')).toBe('send');
    expect(
      await one(
        db.owner,
        'select extract(epoch from due_at - held_at)::integer from notify.holds where event_id = $1',
        [event],
      ),
    ).toBe(20);
    expect([await count('notify_private.dedupe_keys'), await count('notify_private.daily_counters')]).toEqual([0, 0]);
    // Not before its time.
    await releaseDue(db);
    expect(await decisionOf(db, event)).toBe('attention: looking');
    await act(ada, 'seen', event);
    await timeIsUp();
    expect(await decisionOf(db, event)).toBe('attention: seen');
    expect(await deliveries(event)).toBe(0);
    expect(await count('notify_private.daily_counters')).toBe(0);
    expect(await one(db.owner, `select string_agg(outcome, ' ') from notify.holds where event_id = $1`, [event])).toBe(
      'suppress',
    );
  });

  test('gets it after 20 seconds where they have not seen it, though they still look', async () => {
    const type = await makeType(db, { channels });
    const ada = await looker();
    const event = await told(type, ada);
    await timeIsUp();
    expect(await decisionOf(db, event)).toBe('send');
    expect(await deliveries(event)).toBe(1);
    expect(await count('notify_private.daily_counters')).toBe(1);
  });

  test.each(['seen', 'read', 'archive', 'snooze', 'delete'])('is done with it by: %s', async (action) => {
    const type = await makeType(db, { channels });
    const ada = await looker();
    const event = await told(type, ada);
    await act(ada, action, event);
    await timeIsUp();
    expect(await decisionOf(db, event)).toBe('attention: seen');
  });

  test('is told at once what is P0, not in the inbox, gathered, refused, or of a type or channel that does not wait', async () => {
    const ada = await looker();
    const usual = await makeType(db, { channels });
    const urgent = await makeType(db, { channels, priority: 'P0' });
    const alone = await makeType(db);
    const never = await makeType(db, { channels });
    const gathered = await makeType(db, { channels, defaultFrequency: 'daily' });
    const mail = await makeType(db, { channels: ['email', 'in_app'] });
    await db.owner.query(`update notify.notification_types set attention_channels = '{}' where key = $1`, [never]);
    const decided = async (type: string, person: string, channel = 'push') =>
      decisionOf(db, await told(type, person), channel);
    expect(await decided(usual, ada)).toBe('attention: looking');
    expect(await decided(urgent, ada)).toBe('send');
    expect(await decided(alone, ada)).toBe('send');
    expect(await decided(never, ada)).toBe('send');
    expect(await decided(gathered, ada)).toBe('digest: daily');
    expect(await decided(mail, ada, 'email')).toBe('send');
    await db.owner.query(`update notify.notification_types set attention_channels = '{email}' where key = $1`, [mail]);
    expect(await decided(mail, ada, 'email')).toBe('attention: looking');
    // Off unless a setting or the type says so.
    await db.owner.query(`update notify.settings set attention_channels = default`);
    expect(await decided(usual, ada)).toBe('send');
    expect(await decided(mail, ada, 'email')).toBe('attention: looking');
    await db.owner.query(`update notify.settings set attention_channels = '{push}'`);
    await db.asUser(
      ada,
      (client) => client.query('select notify.update_personal_settings(hold_while_looking => false)'),
      {
        commit: true,
      },
    );
    expect(await decided(usual, ada)).toBe('send');
  });

  test('is one who looks now: whoever looked, or never looked, is told at once', async () => {
    const type = await makeType(db, { channels });
    const [past, never, ada] = [await makePerson(db), await makePerson(db), await looker()];
    await db.owner.query(`insert into notify_private.attention values ($1, clock_timestamp() - interval '1 second')`, [
      past,
    ]);
    for (const [person, decision] of [
      [past, 'send'],
      [never, 'send'],
      [ada, 'attention: looking'],
    ] as const)
      expect(await decisionOf(db, await told(type, person))).toBe(decision);
  });

  test('hears at once of what becomes P0 meanwhile', async () => {
    const [raised, other] = [await makeType(db, { channels }), await makeType(db, { channels })];
    const ada = await looker();
    const [first, second] = [await told(raised, ada), await told(other, ada)];
    await act(ada, 'seen', first);
    await db.owner.query(`update notify.notification_types set priority = 'P0' where key = $1`, [raised]);
    for (const lane of ['urgent', 'bulk'] as const) await releaseDue(db, lane);
    expect([await decisionOf(db, first), await decisionOf(db, second)]).toEqual(['send', 'attention: looking']);
  });

  test('may have quiet hours as well: what was seen is not told when they end, what was not is held until then', async () => {
    const type = await makeType(db, { channels });
    const ada = await looker();
    await db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '3 hours')`,
      [ada],
    );
    const [seen, unseen] = [await told(type, ada), await told(type, ada)];
    await act(ada, 'seen', seen);
    await timeIsUp();
    expect([await decisionOf(db, seen), await decisionOf(db, unseen)]).toEqual([
      'attention: seen',
      'quiet_hours: paused',
    ]);
    // It looks once more when that wait is over.
    await db.owner.query(`update notify.holds set due_at = now() where released_at is null`);
    await db.owner.query('delete from notify.personal_settings where user_id = $1', [ada]);
    await releaseDue(db);
    expect(await decisionOf(db, unseen)).toBe('attention: looking');
  });
});

describe('NC-40 what waits because somebody looks', () => {
  test('leaves its key to another that is told meanwhile, and keeps it from a later one once it was seen', async () => {
    const type = await makeType(db, { channels: ['push', 'in_app'], dedupeKey: 'k:{Key}' });
    const ada = await looker();
    const first = await told(type, ada, { variables: { Key: 'a' } });
    await db.owner.query('truncate notify_private.attention');
    const second = await told(type, ada, { variables: { Key: 'a' } });
    expect(await decisionOf(db, second)).toBe('send');
    await timeIsUp();
    expect(await decisionOf(db, first)).toBe('dedupe: already_sent');

    await look([ada]);
    const [third, fourth] = [
      await told(type, ada, { variables: { Key: 'b' } }),
      await told(type, ada, { variables: { Key: 'b' } }),
    ];
    expect([await decisionOf(db, third), await decisionOf(db, fourth)]).toEqual([
      'attention: looking',
      'attention: looking',
    ]);
    await act(ada, 'seen', third);
    await timeIsUp();
    expect([await decisionOf(db, third), await decisionOf(db, fourth)]).toEqual([
      'attention: seen',
      'dedupe: already_sent',
    ]);
    const fifth = await told(type, ada, { variables: { Key: 'b' } });
    await timeIsUp();
    expect(await decisionOf(db, fifth)).toBe('dedupe: already_sent');
  });

  test.each([
    ['is told by itself', true, ['send', 'dedupe: already_sent']],
    ['is not told after all', false, ['preference: turned_off', 'send']],
  ])('waits beside one that has its key: when that %s, judged in the same call', async (_what, isWanted, expected) => {
    const [older, newer] = [
      await makeType(db, { channels, dedupeKey: 'k:{Key}' }),
      await makeType(db, { channels, dedupeKey: 'k:{Key}' }),
    ];
    const ada = await makePerson(db);
    await db.owner.query(
      `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
      [ada],
    );
    const first = await told(older, ada, { variables: { Key: 'c' } });
    await db.owner.query('update notify.personal_settings set paused_until = null where user_id = $1', [ada]);
    await look([ada]);
    const second = await told(newer, ada, { variables: { Key: 'c' } });
    expect([await decisionOf(db, first), await decisionOf(db, second)]).toEqual([
      'quiet_hours: paused',
      'attention: looking',
    ]);
    if (!isWanted)
      await db.asUser(ada, (client) => client.query(`select notify.set_preference($1, 'push', false)`, [older]), {
        commit: true,
      });
    await db.owner.query('truncate notify_private.attention');
    await db.owner.query('update notify.holds set due_at = now() where released_at is null');
    await releaseDue(db);
    expect([await decisionOf(db, first), await decisionOf(db, second)]).toEqual(expected);
  });

  test('takes no room under a cap until it goes out', async () => {
    await db.owner.query('update notify.settings set daily_cap = 1');
    const [held, other] = [await makeType(db, { channels }), await makeType(db)];
    const ada = await looker();
    const first = await told(held, ada);
    expect(await decisionOf(db, await told(other, ada))).toBe('send');
    await timeIsUp();
    expect(await decisionOf(db, first)).toBe('daily_cap: cap_reached');
    expect(await decisionOf(db, await told(other, ada))).toBe('daily_cap: cap_reached');
  });

  test('is sent once, by however many that release it at once', async () => {
    const type = await makeType(db, { channels });
    const people = await Promise.all(Array.from({ length: 20 }, looker));
    const event = await tell(db, type, people);
    await planDue(db);
    await act(people[0] as string, 'read', event);
    await db.owner.query('update notify.holds set due_at = now()');
    await Promise.all(Array.from({ length: 8 }, () => releaseDue(db)));
    await releaseDue(db);
    expect(await deliveries(event)).toBe(19);
    expect(
      (await db.owner.query('select outcome, count(*)::integer from notify.holds group by 1 order by 1')).rows,
    ).toEqual([
      { outcome: 'send', count: 19 },
      { outcome: 'suppress', count: 1 },
    ]);
  });

  test.each([
    ['delivered', 'seen', 'fallback: not_needed'],
    ['seen', 'delete', 'fallback: not_needed'],
    ['read', 'seen', 'fallback: earlier_step'],
    ['read', 'read', 'fallback: not_needed'],
  ])('ends a step that waits for %s, where one has it by %s: %s', async (status, action, decision) => {
    await db.owner.query(`
      insert into notify.fallbacks values ('looked_at', 'a text where the push did not do') on conflict do nothing;
      insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status)
      values ('looked_at', 1, '{push}', '30 seconds', 'delivered'), ('looked_at', 2, '{sms}', null, 'sent') on conflict do nothing`);
    await db.owner.query(
      `update notify.fallback_steps set until_status = $1 where fallback_key = 'looked_at' and step = 1`,
      [status],
    );
    const type = await makeType(db, { channels: ['push', 'sms', 'in_app'], fallbackKey: 'looked_at' });
    const ada = await looker();
    const event = await told(type, ada);
    expect([await decisionOf(db, event), await decisionOf(db, event, 'sms')]).toEqual([
      'attention: looking',
      'fallback: earlier_step',
    ]);
    await act(ada, action, event);
    await timeIsUp();
    expect([await decisionOf(db, event), await decisionOf(db, event, 'sms')]).toEqual(['attention: seen', decision]);
    // It has its whole wait, and what happens until then counts.
    if (decision === 'fallback: earlier_step') {
      await db.owner.query(
        `update notify.decisions set decided_at = decided_at - interval '31 seconds' where event_id = $1`,
        [event],
      );
      await db.owner.query('update notify.holds set due_at = now() where event_id = $1 and released_at is null', [
        event,
      ]);
      await releaseDue(db);
      expect(await decisionOf(db, event, 'sms')).toBe('send');
    }
  });
});

test('explain() says what was so, predict() what would be, and the back-test can leave it out', async () => {
  const type = await makeType(db, { channels });
  const [ada, ben] = [await looker(), await looker()];
  const event = await tell(db, type, [ada, ben]);
  await planDue(db);
  await act(ada, 'seen', event);
  await timeIsUp();
  const said = async (person: string) =>
    (
      await db.asUser(person, (client) =>
        client.query(
          `select judgement, verdict, because from notify.explain($1) where channel = 'push' and rule = 'attention' order by judgement`,
          [event],
        ),
      )
    ).rows.map(({ verdict, because }) => `${verdict}: ${because}`);
  const held = 'held: You were looking at your inbox, so it waited a few seconds for you to see it there.';
  expect(await said(ada)).toEqual([held, 'suppressed: You had already seen it in your inbox.']);
  expect(await said(ben)).toEqual([held, 'passed: You were looking at your inbox, but had not seen it there.']);

  const { rows: predicted } = await db.asUser(ada, (client) =>
    client.query(
      `select step, outcome, rule, reason, extract(epoch from until - at)::integer as seconds from notify.predict($1)
       where channel = 'push' order by step`,
      [type],
    ),
  );
  expect(predicted).toEqual([
    { step: 1, outcome: 'hold', rule: 'attention', reason: 'looking', seconds: 20 },
    { step: 2, outcome: 'send', rule: null, reason: null, seconds: null },
  ]);

  const replayed = async (changes: object) =>
    (
      await db.owner.query(
        `select outcome, new_outcome, count(*)::integer from notify_private.replay(now() - interval '1 hour', now(), $1, 0, 1)
         where channel = 'push' group by 1, 2 order by 1, 2`,
        [JSON.stringify(changes)],
      )
    ).rows.map(({ outcome, new_outcome, count }) => `${outcome} ${new_outcome} ${count}`);
  expect(await replayed({})).toEqual(['send send 1', 'suppress suppress 1']);
  expect(await replayed({ attention_channels: [] })).toEqual(['send send 1', 'suppress send 1']);
  expect(await replayed({ types: { [type]: { attention_channels: ['email'] } } })).toEqual([
    'send send 1',
    'suppress send 1',
  ]);
  await expect(replayed({ attention_channels: ['sms'] })).rejects.toMatchObject({ code: 'RBINV' });
  await expect(replayed({ types: { [type]: { attention_channels: ['sms'] } } })).rejects.toMatchObject({
    code: 'RBINV',
  });
});

describe('attend()', () => {
  const until = (person: string) =>
    one<number | null>(
      db.owner,
      `select (select round(extract(epoch from until - clock_timestamp()))::integer from notify_private.attention where user_id = $1)`,
      [person],
    );

  test('keeps the later instant, at most a minute ahead, and passes over whom nobody knows', async () => {
    const [ada, ben] = [await makePerson(db), await makePerson(db)];
    await look([ada, ben, '00000000-0000-4000-8000-000000000000'], 30);
    await look([ada], 10);
    await look([ben], 3600);
    expect(await until(ada)).toBeCloseTo(30, -1);
    expect(await until(ben)).toBeGreaterThan(50);
    expect(await until(ben)).toBeLessThanOrEqual(60);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.attention')).toBe(2);
  });

  test('keeps nothing where neither the settings nor a type would wait for it', async () => {
    const ada = await makePerson(db);
    await db.owner.query(`
      update notify.notification_types set attention_channels = null;
      update notify.settings set attention_channels = default`);
    await look([ada]);
    expect(await until(ada)).toBeNull();
    const type = await makeType(db, { channels: ['email', 'in_app'] });
    await db.owner.query(`update notify.notification_types set attention_channels = '{email}' where key = $1`, [type]);
    await look([ada]);
    expect(await until(ada)).not.toBeNull();
  });

  test('is called by many at once, in any order, and waits for nobody who is being erased', async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => makePerson(db)));
    const gone = people[7] as string;
    await db.asOwner(async (client) => {
      await client.query('delete from notify.users where id = $1', [gone]);
      await Promise.all(Array.from({ length: 8 }, (_, n) => look(n % 2 === 0 ? people : people.toReversed(), 30 + n)));
      expect(await one(db.owner, 'select count(*)::integer from notify_private.attention')).toBe(29);
    });
  });

  test('is forgotten with the person, and an hour after they looked away', async () => {
    const [ada, ben, cem] = [await looker(), await looker(), await looker()];
    await db.owner.query('delete from notify.users where id = $1', [ada]);
    expect(await until(ada)).toBeNull();
    await db.owner.query(`update notify_private.attention set until = now() - interval '1 second' where user_id = $1`, [
      ben,
    ]);
    await db.worker.query('select notify_private.expire_keys()');
    expect(await until(ben)).toBeNull();
    expect(await until(cem)).not.toBeNull();
  });

  test('is nobody’s to read or to call but the processes’ that hold the connections', async () => {
    const ada = await looker();
    for (const as of [db.asUser.bind(db, ada), db.asOperator.bind(db), db.asWriter.bind(db)] as const) {
      await expect(as((client) => client.query('select * from notify_private.attention'))).rejects.toMatchObject({
        code: '42501',
      });
      await expect(
        as((client) => client.query('select notify_private.attend($1, now())', [[ada]])),
      ).rejects.toMatchObject({ code: '42501' });
    }
  });
});
