// Over 300 lines: whatever planning can meet on one set of types.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { isConnectionLoss } from '../../src/worker/persist.ts';
import { asSuperuser } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  decisionOf,
  decisionsOf,
  forget,
  installPack,
  makeCrowd,
  makePerson,
  makeType,
  planDue,
  tell,
  tellGroup,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { runPlanning } from '../support/worker-context.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

const stateOf = async (event: string) => {
  const { rows } = await db.owner.query<{ planned: boolean; plan_error: string | null; plan_attempts: number }>(
    'select planned_at is not null as planned, plan_error, plan_attempts from notify.events where id = $1',
    [event],
  );
  return rows[0];
};

describe('slices', () => {
  test('a single event does not wait behind a broadcast that is half-planned', async () => {
    const type = await makeType(db, { audience: 'group' });
    const single = await makeType(db);
    const broadcast = await tellGroup(db, type, await makeCrowd(db, 50));
    expect(await one(db.worker, 'select notify_private.plan($1, 10)', [[broadcast]])).toBe(true);
    const event = await tell(db, single, [await makePerson(db)]);
    expect(await one(db.worker, 'select notify_private.plan($1, 10)', [[broadcast, event]])).toBe(true);
    expect(await one(db.owner, 'select planned_at is not null from notify.events where id = $1', [event])).toBe(true);
    const decided = () =>
      one(db.owner, 'select count(*)::integer from notify.decisions where event_id = $1', [broadcast]);
    expect(await decided()).toBe(10);
    while (await one<boolean>(db.worker, 'select notify_private.plan($1, 10)', [[broadcast, event]]));
    expect(await decided()).toBe(50);
  });

  const everyone = (event: string) =>
    one<{ decisions: number; people: number; notifications: number; deliveries: number }>(
      db.owner,
      `select jsonb_build_object(
         'decisions', count(*), 'people', count(distinct d.recipient_id),
         'notifications', (select count(*) from notify.notifications where event_id = $1),
         'deliveries', (select count(distinct l.recipient_id) from notify.deliveries as l
                        join notify.notifications as n on n.id = l.notification_id where n.event_id = $1))
       from notify.decisions as d where d.event_id = $1`,
      [event],
    );

  test('5 000 recipients, slices of 100, six planners at once of which some are killed in between: everyone exactly once', async () => {
    const type = await makeType(db, { audience: 'group', dedupeKey: 'k' });
    const event = await tellGroup(db, type, await makeCrowd(db, 5_000, { apns: 5_000 }));
    let killed = 0;
    let over = false;
    const planner = async () => {
      while (!over) {
        const client = new pg.Client({ connectionString: db.workerUrl, application_name: 'doomed' });
        client.on('error', () => {});
        try {
          await client.connect();
          // False may mean that another planner is at it, so it says nothing of whether the event is done.
          while (!over) {
            // Until one was killed there is always much left to do.
            await client.query('select notify_private.plan($1, $2)', [[event], killed === 0 ? 1 : 100]);
            over = (await stateOf(event))?.planned === true;
          }
        } catch (error) {
          if (!isConnectionLoss(error)) throw error;
          killed++;
        } finally {
          await client.end().catch(() => {});
        }
      }
    };
    const killer = async () => {
      // So many and no more: a session's first slice takes longest, and where it takes longer than this sleep all of them would be killed.
      while (!over && killed < 20) {
        await sleep(60);
        // Only one in the midst of planning: its slice is undone, its session is gone.
        await asSuperuser(inject('cluster'), (client) =>
          client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = $1 and application_name = 'doomed' and state = 'active' and backend_xid is not null limit 1`,
            [db.name],
          ),
        );
      }
    };
    const planners = Array.from({ length: 6 }, planner);
    await Promise.all([...planners, killer()]).finally(() => {
      over = true;
    });
    expect(killed).toBeGreaterThan(0);
    expect(await everyone(event)).toEqual({ decisions: 5_000, people: 5_000, notifications: 5_000, deliveries: 5_000 });
    expect(await one(db.owner, 'select count(*)::integer from notify_private.audience_rest')).toBe(0);
    expect(await one(db.owner, 'select sum(count)::integer from notify_private.daily_counters')).toBe(5_000);
  });

  test.each([1, 3, 7, 1000])('several events of several audiences with %i a call', async (most) => {
    const [grouped, named] = [
      await makeType(db, { audience: 'group', priority: 'P0' }),
      await makeType(db, { priority: 'P0' }),
    ];
    const sizes = [0, 1, 7, 8, 3];
    const expected = new Map<string, number>();
    for (const size of sizes) {
      expected.set(await tellGroup(db, grouped, await makeCrowd(db, size)), size);
      const people = await Promise.all(Array.from({ length: size % 4 }, () => makePerson(db)));
      expected.set(await tell(db, named, people), people.length);
    }
    await planDue(db, most);
    for (const [event, size] of expected) {
      expect((await decisionsOf(db, event)).length).toBe(size);
      expect((await stateOf(event))?.planned).toBe(true);
    }
  });

  test('planned again, nothing changes', async () => {
    const type = await makeType(db, { audience: 'group' });
    const event = await tellGroup(db, type, await makeCrowd(db, 10, { apns: 10 }));
    await planDue(db);
    const before = await everyone(event);
    expect(await one(db.worker, 'select notify_private.plan($1)', [[event]])).toBe(false);
    expect(await everyone(event)).toEqual(before);
  });

  test('someone who joins or leaves while the audience is being planned is told once or not at all', async () => {
    const type = await makeType(db, { audience: 'group' });
    const group = await makeCrowd(db, 50, { apns: 50 });
    const event = await tellGroup(db, type, group);
    expect(await one(db.worker, 'select notify_private.plan($1, 10)', [[event]])).toBe(true);
    await db.owner.query(
      'delete from engine_test.members where user_id in (select recipient_id from notify.decisions)',
    );
    await db.owner.query('insert into engine_test.members (group_id, user_id) values ($1, $2)', [
      group,
      await makePerson(db),
    ]);
    await planDue(db, 10);
    // The audience is asked a second time who comes after the first slice: whoever joined there is among them.
    expect(await everyone(event)).toEqual({ decisions: 51, people: 51, notifications: 51, deliveries: 51 });
  });

  test('an audience that names nobody, strangers or no one known plans to nothing', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    const events = [
      await tell(db, type, []),
      await tell(db, type, ['00000000-0000-4000-8000-000000000000']),
      await tell(db, type, ['00000000-0000-4000-8000-000000000000', person]),
    ];
    await planDue(db);
    const counts = await Promise.all(events.map(async (event) => (await decisionsOf(db, event)).length));
    expect(counts).toEqual([0, 0, 1]);
    for (const event of events) expect((await stateOf(event))?.planned).toBe(true);
  });

  test('an audience with a recipient that is null plans the others', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    const event = await tell(db, type, [null as unknown as string, person]);
    for (let n = 0; n < 3; n++) await db.worker.query('select notify_private.plan($1, 2)', [[event]]);
    expect(await stateOf(event)).toMatchObject({ planned: true, plan_error: null });
    expect((await decisionsOf(db, event)).map(({ recipientId }) => recipientId)).toEqual([person]);
  });

  test('whom an audience names twice is told once, within a slice, at its end and in the slices after it', async () => {
    const type = await makeType(db);
    const people = [await makePerson(db), await makePerson(db), await makePerson(db), await makePerson(db)].sort();
    const [first, second, third, fourth] = people as [string, string, string, string];
    for (const size of [1, 2, 3, 4, 5, 100]) {
      const events = [
        await tell(db, type, [second, first, second, third, fourth, third, fourth, fourth]),
        await tell(db, type, [fourth, fourth]),
      ];
      await planDue(db, size);
      const told = await Promise.all(
        events.map(async (event) => (await decisionsOf(db, event)).map(({ recipientId }) => recipientId)),
      );
      expect(told, `slices of ${size}`).toEqual([people, [fourth]]);
      for (const event of events) expect(await stateOf(event)).toMatchObject({ planned: true, plan_error: null });
    }
  });
});

describe('what cannot be planned', () => {
  test('keeps its error and does not keep the others from being planned; mended, it is planned', async () => {
    const [broken, sound] = [await makeType(db, { audience: 'fragile' }), await makeType(db)];
    const person = await makePerson(db);
    const bad = await tell(db, broken, [person]);
    const good = [await tell(db, sound, [person]), await tell(db, sound, [person])];
    await runPlanning(db);
    expect(await stateOf(bad)).toMatchObject({
      planned: false,
      plan_attempts: 1,
      plan_error: '22012: division by zero',
    });
    for (const event of good) expect(await decisionOf(db, event)).toBe('send');
    expect(await one(db.owner, 'select retry_at > due_at from notify.events where id = $1', [bad])).toBe(true);

    await db.owner.query(`insert into engine_test.switches values ('mended')`);
    const retried = await db.asOperator((client) => client.query('select notify.retry_event($1) as done', [bad]), {
      commit: true,
    });
    expect(retried.rows).toEqual([{ done: true }]);
    await until('the sweep sees it', async () => {
      await db.worker.query(`select notify_private.enqueue_due('bulk')`);
      return (await db.jobs('event__plan')).length > 0;
    });
    await runPlanning(db);
    expect(await stateOf(bad)).toMatchObject({ planned: true, plan_error: null });
    expect(await decisionOf(db, bad)).toBe('send');
  });

  test('is tried again with growing pauses', async () => {
    await db.owner.query('delete from engine_test.switches');
    const event = await tell(db, await makeType(db, { audience: 'fragile' }), [await makePerson(db)]);
    const clock = () => one<number>(db.owner, 'select extract(epoch from clock_timestamp())::float8');
    for (let n = 1; n <= 6; n++) {
      const before = await clock();
      await db.worker.query(`select notify_private.fail_event($1, 'error')`, [event]);
      const retryAt = await one<number>(
        db.owner,
        'select extract(epoch from retry_at)::float8 from notify.events where id = $1',
        [event],
      );
      expect(retryAt - before).toBeGreaterThanOrEqual(2 ** n / 2);
      expect(retryAt - (await clock())).toBeLessThanOrEqual(2 ** n);
    }
  });

  test('a missing copy or value is such an error, and nobody gets half-filled words', async () => {
    const bare = await makeType(db, { withoutCopy: true });
    const wordy = await makeType(db, { body: 'Hello {Name}, {Greeting}' });
    const person = await makePerson(db);
    const noCopy = await tell(db, bare, [person]);
    const noValue = await tell(db, wordy, [person], { variables: { Name: 'Ada' } });
    const noVariant = await tell(db, wordy, [person], {
      variant: 'leader',
      variables: { Name: 'Ada', Greeting: 'hi' },
    });
    const whole = await tell(db, wordy, [person], { variables: { Name: 'Ada', Greeting: 'hi' } });
    await runPlanning(db);
    expect((await stateOf(noCopy))?.plan_error).toMatch(/^RBCPY: .*no copy/);
    expect((await stateOf(noValue))?.plan_error).toBe('RBVAR: copy needs a value for {Greeting}');
    expect((await stateOf(noVariant))?.plan_error).toMatch(/^RBCPY: .*variant "leader"/);
    expect(await decisionOf(db, whole)).toBe('send');
    expect(await one(db.owner, 'select count(*)::integer from notify.notifications')).toBe(1);
  });
});

describe('copy', () => {
  const wordsFor = async (type: string, locale: string, data: object = {}) => {
    const person = await makePerson(db, { locale });
    await tell(db, type, [person], data as Record<string, unknown>);
    await planDue(db);
    return one<string>(db.owner, 'select body from notify.notifications where recipient_id = $1', [person]);
  };

  test('falls back from the locale to its language, then to English, per variant', async () => {
    const type = await makeType(db, { body: 'en' });
    const copy = (locale: string, variant = 'default') =>
      db.owner.query(
        `insert into notify.notification_copies (type_key, locale, variant, title, body) values ($1, $2, $3, 't', $2 || ' ' || $3)`,
        [type, locale, variant],
      );
    await copy('fr');
    await copy('fr-CA');
    await copy('pt-BR');
    await copy('en', 'leader');
    expect(await wordsFor(type, 'fr-CA')).toBe('fr-CA default');
    expect(await wordsFor(type, 'fr-CH')).toBe('fr default');
    expect(await wordsFor(type, 'fr')).toBe('fr default');
    expect(await wordsFor(type, 'pt-PT')).toBe('en');
    expect(await wordsFor(type, 'de-AT')).toBe('en');
    expect(await wordsFor(type, 'fr-CA', { variant: 'leader' })).toBe('en leader');
  });

  test.each([
    ['braces', '{Name} {{x}} {', '{Name} {{x}} {!'],
    ['markup', '<b>&amp;</b>', '<b>&amp;</b>!'],
    ['what regular expressions and replacements know', '\\1 \\& $1 %s', '\\1 \\& $1 %s!'],
    ['a line break and another script', 'א\nב 🎉', 'א\nב 🎉!'],
    ['a number', 12, '12!'],
    ['nothing at all, though given', '', '!'],
  ])('a value with %s is text', async (_what, value, body) => {
    const type = await makeType(db, { body: '{Name}!' });
    expect(await wordsFor(type, 'en', { variables: { Name: value } })).toBe(body);
  });

  test('data, thread, collapse key and dedupe key are filled likewise, and data are strings', async () => {
    const type = await makeType(db, { dedupeKey: 'k:{Id}:{userId}' });
    await db.owner.query(
      `update notify.notification_types
       set data_template = '{"id": "{Id}", "fixed": "x"}', thread_template = 't{Id}', collapse_template = 'c{Id}' where key = $1`,
      [type],
    );
    const person = await makePerson(db);
    await tell(db, type, [person], { variables: { Id: 7, userId: 'somebody else' } });
    await planDue(db);
    const { rows } = await db.owner.query('select data, thread_id, collapse_key from notify.notifications');
    expect(rows).toEqual([{ data: { id: '7', fixed: 'x' }, thread_id: 't7', collapse_key: 'c7' }]);
    expect(await one(db.owner, 'select dedupe_key from notify_private.dedupe_keys')).toBe(`k:7:${person}`);
  });
});
