import { getIntrospectionQuery } from 'postgraphile/graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSchema } from '../scripts/schema.ts';
import { createUser, readAnswer, signToken, startTestApi } from './support/api.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { planDue } from './support/engine-pack.ts';
import { migrateTo } from './support/migrate-to.ts';
import { one } from './support/one.ts';
import { engineOf } from './support/worker-context.ts';

const products = ['accounts', 'coaching', 'juke', 'trips'];
/** Of a name or a sentence about one of them. */
const theirs =
  /\b(trips?|circles?|coach(es|ing)?|juke|listening|payments?|balances?|verification_(initiated|completed))\b/i;

const packsOf = (db: TestDatabase) => one<object>(db.owner, 'select jsonb_object_agg(name, enabled) from notify.packs');
/** Everything an operator can ask the API for, as its own text; they see more than people do. */
async function apiOf(db: TestDatabase): Promise<string> {
  const api = await startTestApi(db, { ROWBELL_ENV: 'development', PLANNING_MS_PER_MINUTE: '60000' });
  try {
    const token = await signToken(await createUser(db), { role: 'operator' });
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: getIntrospectionQuery() }),
    });
    const { data, errors } = await readAnswer(response);
    expect(errors).toEqual([]);
    return JSON.stringify(data);
  } finally {
    await api.stop();
  }
}

describe('OP-19: the core alone', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase({ empty: true });
    await migrateTo(db, { packs: [] });
  });
  afterAll(() => db.drop());

  test('has no schema, type or limit of the products', async () => {
    expect(await packsOf(db)).toEqual({ core: true });
    const { rows: schemas } = await db.owner.query(
      `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`,
    );
    expect(schemas.map(({ name }) => name)).toEqual([
      'analytics',
      'graphile_worker',
      'notify',
      'notify_hidden',
      'notify_private',
      'public',
      'rowbell',
    ]);
    expect(await one(db.owner, `select array_agg(distinct pack) from notify.notification_types`)).toEqual(['core']);
  });

  test('speaks of none of them: neither its functions nor its comments and constraints', async () => {
    const { rows } = await db.owner.query<{ text: string }>(`
      select prosrc as text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where nspname ~ '^(notify|analytics)'
      union all select description from pg_description where objoid >= 16384
      union all select pg_get_constraintdef(oid) from pg_constraint `);
    expect(rows.length).toBeGreaterThan(1_000);
    expect(rows.filter(({ text }) => theirs.test(text) || /\baccounts\b/.test(text))).toEqual([]);
  });

  test('shows nothing of them in its API, and answers', async () => {
    const seen = await apiOf(db);
    expect(seen).toContain('"inbox"');
    expect(seen.match(theirs)?.[0]).toBeUndefined();
  });

  test('gets them later, and is then as if it had always had them', async () => {
    const whole = await createDatabase();
    try {
      await migrateTo(whole, {});
      await migrateTo(db, {});
      const listing = (database: TestDatabase) => generateSchema({ ownerUrl: database.ownerUrl });
      expect(await listing(db)).toBe(await listing(whole));
      expect(await apiOf(db)).toMatch(theirs);
    } finally {
      await whole.drop();
    }
  });
});

describe('OP-19: a pack that is switched off', () => {
  const others = products.filter((name) => name !== 'juke' && name !== 'trips');
  let db: TestDatabase;
  let ada: string;
  let circle: string;
  let before: string;
  const rested = () =>
    db.owner
      .query<{ name: string }>(
        `select distinct tgrelid::regclass::text as name from pg_trigger where tgenabled = 'D' order by 1`,
      )
      .then(({ rows }) => rows.map(({ name }) => name));
  const makeTrip = () =>
    one<string>(
      db.owner,
      `insert into trips.trips (circle_id, name, creator_id, leader_id) values ($1, 'Lisbon', $2, $2) returning id`,
      [circle, ada],
    );
  const eventsOf = (pack: string) =>
    one<number>(
      db.owner,
      `select count(*)::integer from notify.events as e join notify.notification_types as t on t.key = e.type_key where t.pack = $1`,
      [pack],
    );
  const listing = () => generateSchema({ ownerUrl: db.ownerUrl });

  beforeAll(async () => {
    db = await createDatabase();
    await migrateTo(db, {});
    before = await listing();
    ada = await one(db.owner, `insert into notify.users (name, time_zone) values ('Ada', 'UTC') returning id`);
    circle = await one(db.owner, `insert into trips.circles (name) values ('Hikers') returning id`);
    await db.owner.query('insert into trips.memberships (circle_id, user_id) values ($1, $2)', [circle, ada]);
    await db.owner.query('insert into juke.listeners (user_id) values ($1)', [ada]);
    await makeTrip();
    // Told before it is switched off.
    await planDue(db);
  });
  afterAll(() => db.drop());

  test('keeps its rows, makes no events, and whoever writes for it is refused', async () => {
    const said: string[] = [];
    // One that was started before, and is not yet started anew.
    const running = await startTestApi(db);
    const token = await signToken(ada);
    const ask = (field: string) => running.ask(`{ ${field} { id } }`, { token });
    expect([(await ask('trips')).codes, await eventsOf('trips')]).toEqual([[], 1]);
    await migrateTo(db, { packs: others, say: (sentence) => said.push(sentence) });
    expect(said).toContain('The pack trips is off; its rows stay.');
    expect(await packsOf(db)).toEqual({ core: true, accounts: true, coaching: true, juke: false, trips: false });
    expect([(await ask('trips')).codes, (await ask('coaches')).codes]).toEqual([['FORBIDDEN'], []]);
    await running.stop();

    await makeTrip();
    expect(await eventsOf('trips')).toBe(1);
    expect(await one(db.owner, 'select count(*)::integer from trips.trips')).toBe(2);
    for (const ask of [db.asWriter, (work: Parameters<typeof db.asWriter>[0]) => db.asUser(ada, work)]) {
      await expect(ask((client) => client.query('select from trips.trips'))).rejects.toMatchObject({ code: '42501' });
      await expect(ask((client) => client.query('select from accounts.payments'))).resolves.toBeDefined();
    }
    const tables = await rested();
    expect(tables).toContain('trips.trips');
    expect(tables.filter((name) => !/^(trips|juke)\./.test(name))).toEqual([]);
  });

  test('is not in the API, nor among what people choose from', async () => {
    const seen = await apiOf(db);
    expect(seen).toContain('"coaches"');
    expect(seen.match(/"(trips?|circles?|createTrip|listeningSessions?|inviteListeners)"/)?.[0]).toBeUndefined();
    const chosen = (sql: string) =>
      db.asUser(ada, (client) => client.query<{ pack: string }>(sql)).then(({ rows }) => rows.map(({ pack }) => pack));
    for (const sql of ['select pack from notify.notification_types', 'select pack from notify.my_preferences()']) {
      const packs = await chosen(sql);
      expect(packs).toContain('coaching');
      expect(packs.filter((pack) => pack === 'trips' || pack === 'juke')).toEqual([]);
    }
  });

  test('sweeps nothing, and an operator who asks for it is told', async () => {
    await db.owner.query("update notify.sweeps set next_run_at = now() - interval '1 minute'");
    const { rows } = await db.worker.query<{ sweep_key: string }>(
      'select sweep_key from notify_private.run_due_sweeps()',
    );
    const keys = await one<string[]>(
      db.owner,
      `select array_agg(key order by key) from notify.sweeps where pack <> 'trips'`,
    );
    expect(rows.map(({ sweep_key }) => sweep_key).sort()).toEqual(keys);
    const trips = await one<string>(db.owner, `select min(key) from notify.sweeps where pack = 'trips'`);
    await expect(db.asOperator((client) => client.query('select notify.run_sweep($1)', [trips]))).rejects.toMatchObject(
      { code: 'RBCFL' },
    );
  });

  test('its schedules and journeys go by without a word', async () => {
    await db.owner.query(`update notify.schedule_clocks set next_at = now() - interval '1 minute'`);
    while (await engineOf(db).fireSchedules());
    expect(
      await one(db.owner, 'select count(*)::integer from notify.schedule_clocks where next_at <= clock_timestamp()'),
    ).toBe(0);
    await db.owner.query(`update notify.journey_enrollments set next_at = now() - interval '1 minute'`);
    await db.worker.query('select notify_private.advance_journeys()');
    expect(await one(db.owner, 'select array_agg(outcome) from notify.journey_steps_taken')).toEqual(['skipped']);
    expect(await eventsOf('juke')).toBe(0);
  });

  test('who logs out does not log out of it', async () => {
    await db.owner.query(`insert into juke.sessions (id, user_id) values ('s1', $1)`, [ada]);
    await db.owner.query('select notify_private.log_out($1, $2)', [ada, 's1']);
    expect(await one(db.owner, `select ended_at from juke.sessions where id = 's1'`)).toBeNull();
  });

  test('what was still to be told of it is not, and says why', async () => {
    const trip = await one<string>(db.owner, 'select id from trips.trips limit 1');
    const event = await one<string>(
      db.owner,
      `insert into notify.events (type_key, subject_type, subject_id) values ('trip_canceled', 'trip', $1) returning id`,
      [trip],
    );
    await planDue(db);
    const { rows } = await db.owner.query('select distinct rule, reason from notify.decisions where event_id = $1', [
      event,
    ]);
    expect(rows).toEqual([{ rule: 'type', reason: 'type_disabled' }]);
  });

  test('owes people their data all the same', async () => {
    const { rows } = await db.asOperator((client) =>
      client.query<{ table_name: string }>('select table_name from notify.export_person($1)', [ada]),
    );
    expect(rows.map(({ table_name }) => table_name)).toContain('trips.trips');
  });

  test('stays off however often, and is as before once it is on again', async () => {
    const off = await listing();
    const tables = await rested();
    const said: string[] = [];
    await migrateTo(db, { packs: others, say: (sentence) => said.push(sentence) });
    expect(said.filter((sentence) => sentence.startsWith('The pack'))).toEqual([]);
    expect([await listing(), await rested()]).toEqual([off, tables]);

    await migrateTo(db, {});
    expect(await listing()).toBe(before);
    expect(await rested()).toEqual([]);
    expect(await one(db.owner, 'select count(*)::integer from notify_private.closed_schemas')).toBe(0);
    const told = await eventsOf('trips');
    await makeTrip();
    expect(await eventsOf('trips')).toBe(told + 1);
    expect(await apiOf(db)).toMatch(theirs);
  });
});
