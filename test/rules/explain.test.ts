import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, releaseDue, tell } from '../support/engine-pack.ts';

let db: TestDatabase;
let api: TestApi;
let ada: string;
let ben: string;
let operator: string;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  ada = await makePerson(db, { timeZone: 'Europe/Paris', email: 'ada@example.com' });
  ben = await makePerson(db);
  type = await makeType(db, { channels: ['push', 'email'], defaultChannels: ['push'] });
  api = await startTestApi(db);
  operator = await signToken(await createUser(db), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

type Row = {
  readonly channel: string | null;
  readonly judgement: number | null;
  readonly position: number;
  readonly rule: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly inputs: Record<string, unknown> | null;
  readonly because: string;
};
const asked = 'select * from notify.explain($1, null, $2)';
const asPerson = (person: string, event: string, of: string | null = null): Promise<Row[]> =>
  db.asUser(person, async (client) => (await client.query<Row>(asked, [event, of])).rows);
const asOperator = (event: string, of: string): Promise<Row[]> =>
  db.asOperator(async (client) => (await client.query<Row>(asked, [event, of])).rows);
const short = (rows: readonly Row[]) => rows.map(({ rule, verdict }) => `${rule} ${verdict}`);

test('every rule in its order, with its inputs and a sentence', async () => {
  const event = await tell(db, type, [ada]);
  await planDue(db);
  const rows = await asPerson(ada, event);
  expect(rows.map(({ channel, position }) => `${channel} ${position}`)).toEqual([
    ...Array.from({ length: 16 }, (_, n) => `email ${n + 1}`),
    ...Array.from({ length: 16 }, (_, n) => `push ${n + 1}`),
  ]);
  expect(short(rows.slice(0, 6))).toEqual([
    'type passed',
    'expiry passed',
    'still_relevant passed',
    'consent passed',
    'preference suppressed',
    'inbox not_asked',
  ]);
  expect(rows[4]).toMatchObject({
    reason: 'off_by_default',
    inputs: { source: 'default', enabled: false, frequency: 'instant' },
    because: expect.stringMatching(/^“.*” does not come by email unless you switch it on, and you had not\. /),
  });
  expect(new Set(rows.slice(5, 16).map(({ verdict, inputs }) => `${verdict} ${inputs}`))).toEqual(
    new Set(['not_asked null']),
  );
  expect(new Set(rows.slice(16).map(({ verdict }) => verdict))).toEqual(new Set(['passed']));
  expect(rows[28]).toMatchObject({ rule: 'daily_cap', inputs: { cap: 3, count: 0 } });
  expect(rows[28]?.because).toMatch(
    /^The daily limit was not reached: 0 of 3 messages had been sent on \w+ \d+, \d{4}\.$/,
  );
});

test('what was held shows every judgement, the first with what it looked at then', async () => {
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, clock_timestamp() + interval '1 hour')
     on conflict (user_id) do update set paused_until = excluded.paused_until`,
    [ada],
  );
  const event = await tell(db, type, [ada]);
  await planDue(db);
  const held = (await asPerson(ada, event)).filter(
    ({ channel, verdict }) => channel === 'push' && verdict !== 'passed',
  );
  expect(short(held)).toEqual(['quiet_hours held', 'digest not_asked']);
  expect(held[0]?.because).toMatch(
    /^You had paused notifications\. It was put off until \w+ \d+, \d{4} at \d+:\d\d [AP]M\.$/,
  );

  await db.owner.query('delete from notify.personal_settings');
  await db.owner.query('update notify.holds set due_at = clock_timestamp() where released_at is null');
  await db.worker.query(`select notify_private.release_holds('bulk')`);
  const both = (await asPerson(ada, event)).filter(({ channel }) => channel === 'push');
  expect(both.map(({ judgement }) => judgement)).toEqual([...Array(16).fill(1), ...Array(16).fill(2)]);
  expect(both.filter(({ verdict }) => verdict === 'held')).toEqual([held[0]]);
  expect(new Set(both.slice(16).map(({ verdict }) => verdict))).toEqual(new Set(['passed']));
  const trace = await db.asUser(ada, async (client) => {
    const { rows } = await client.query('select what, status from notify.trace($1) where channel = $2', [
      event,
      'push',
    ]);
    return rows.map(({ what, status }) => `${what} ${status}`);
  });
  expect(trace).toEqual(['held null', 'released send', 'told null', 'queued null']);
});

test('W45: what is put off anew at the instant at which its wait is over was let go before', async () => {
  const person = await makePerson(db, { timeZone: 'Europe/Paris' });
  const key = await makeType(db, { channels: ['push'] });
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
    [person],
  );
  const event = await tell(db, key, [person]);
  await planDue(db);
  await db.owner.query(
    `update notify.personal_settings set paused_until = now() + interval '2 hours' where user_id = $1`,
    [person],
  );
  await releaseDue(db);
  const { rows } = await db.asOperator((client) =>
    client.query(`select what, status from notify.trace($1, null, $2)`, [event, person]),
  );
  expect(rows.map(({ what, status }) => `${what} ${status}`)).toEqual(['held null', 'released hold', 'held null']);
});

test('what was canceled while it waited says so after what had held it', async () => {
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, clock_timestamp() + interval '1 hour')`,
    [ben],
  );
  const event = await tell(db, type, [ben]);
  await planDue(db);
  await db.owner.query('select notify_private.cancel_events(array[$1::uuid])', [event]);
  await db.owner.query('delete from notify.personal_settings');
  const rows = (await asPerson(ben, event)).filter(
    ({ channel, verdict }) => channel === 'push' && verdict !== 'passed',
  );
  expect(short(rows)).toEqual(['quiet_hours held', 'digest not_asked', 'event suppressed']);
  expect(rows[2]).toMatchObject({ position: 0, judgement: null, reason: 'canceled' });
});

describe('who may ask', () => {
  test('a person sees their own alone; an operator everybody', async () => {
    const event = await tell(db, type, [ada, ben]);
    await planDue(db);
    expect(await asPerson(ben, event, ada)).toEqual([]);
    expect(await asPerson(ben, event)).toHaveLength(32);
    expect(await asOperator(event, ada)).toHaveLength(32);
    const { rows } = await db.owner.query(
      'select id from notify.notifications where event_id = $1 and recipient_id = $2',
      [event, ada],
    );
    const byNotification = (person: string) =>
      db.asUser(person, async (client) => {
        const found = await client.query('select * from notify.explain(notification_id => $1)', [rows[0].id]);
        const traced = await client.query('select * from notify.trace(notification_id => $1)', [rows[0].id]);
        return [found.rowCount, traced.rowCount];
      });
    expect(await byNotification(ben)).toEqual([0, 0]);
    expect(await byNotification(ada)).toEqual([32, 3]);
    await expect(db.asAnonymous((client) => client.query(asked, [event, ada]))).rejects.toThrow(/permission denied/);
  });

  test('to an operator, that there is no candidate has its reason; to a person it is nothing', async () => {
    const event = await tell(db, type, [ada]);
    expect(short(await asOperator(event, ben))).toEqual(['event waiting']);
    await planDue(db);
    expect(await asOperator(event, ben)).toMatchObject([
      { rule: 'audience', verdict: 'left_out', reason: 'not_in_audience', channel: null, position: 0 },
    ]);
    expect(await asPerson(ben, event)).toEqual([]);
    expect(await asOperator(randomUUID(), ben)).toEqual([]);
    const fragile = await tell(db, await makeType(db, { audience: 'fragile' }), [ada]);
    await db.worker.query('select notify_private.fail_event($1, $2)', [fragile, '22012 division by zero']);
    expect(await asOperator(fragile, ada)).toMatchObject([
      { rule: 'event', verdict: 'failed', reason: '22012 division by zero' },
    ]);
    expect(await asPerson(ada, fragile)).toEqual([]);
    await db.owner.query('update notify.events set canceled_at = now() where id = $1', [fragile]);
    expect(short(await asOperator(fragile, ada))).toEqual(['event canceled']);
  });

  test('what is asked must be said', async () => {
    const codes = async (work: Promise<unknown>) =>
      await work.then(
        () => null,
        (error) => error.code,
      );
    const event = randomUUID();
    expect(await codes(db.asUser(ada, (client) => client.query('select * from notify.explain()')))).toBe('RBINV');
    expect(await codes(db.asUser(ada, (client) => client.query('select * from notify.explain($1, $1)', [event])))).toBe(
      'RBINV',
    );
    expect(await codes(db.asOperator((client) => client.query('select * from notify.trace($1)', [event])))).toBe(
      'RBINV',
    );
  });
});

test('in GraphQL', async () => {
  const event = await tell(db, type, [ada]);
  await planDue(db);
  const query = `query ($e: UUID, $r: UUID) { explain(eventId: $e, recipientId: $r, first: 100) { channel position rule verdict reason inputs because } trace(eventId: $e, recipientId: $r) { what } }`;
  const own = await api.ask(query, { token: await signToken(ada), variables: { e: event } });
  expect(own.codes).toEqual([]);
  expect(own.data.explain).toHaveLength(32);
  expect(own.data.explain[4]).toMatchObject({
    rule: 'preference',
    verdict: 'suppressed',
    inputs: { enabled: false },
  });
  const other = await api.ask(query, { token: await signToken(ben), variables: { e: event, r: ada } });
  expect(other.data).toEqual({ explain: [], trace: [] });
  const all = await api.ask(query, { token: operator, variables: { e: event, r: ada } });
  const facts = (rows: readonly Row[]) => rows.map(({ because: _, ...facts }) => facts);
  expect(facts(all.data.explain)).toEqual(facts(own.data.explain));
  // To oneself, and of somebody.
  expect(own.data.explain[4].because).toMatch(/and you had not/);
  expect(all.data.explain[4].because).toMatch(/and they had not/);
  expect((await api.ask(query, { variables: { e: event } })).codes).toEqual(['UNAUTHENTICATED']);
});
