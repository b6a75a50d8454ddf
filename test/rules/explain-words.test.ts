import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';

let db: TestDatabase;
let ada: string;
let operator: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  ada = await makePerson(db, { timeZone: 'America/New_York' });
  operator = await makePerson(db, { locale: 'fr', timeZone: 'Asia/Tokyo' });
});
afterAll(() => db.drop());

type Row = { readonly rule: string; readonly verdict: string; readonly because: string };
const asPerson = (event: string, rule: string): Promise<string[]> =>
  db.asUser(ada, async (client) => {
    const { rows } = await client.query<Row>('select * from notify.explain($1) where rule = $2', [event, rule]);
    return rows.map(({ because }) => because);
  });
const asOperator = (event: string): Promise<Row[]> =>
  db.asOperator(
    async (client) =>
      (await client.query<Row>('select rule, verdict, because from notify.explain($1, null, $2)', [event, ada])).rows,
    { userId: operator },
  );
const planned = async (type: string, data: Readonly<Record<string, unknown>> = {}) => {
  const event = await tell(db, type, [ada], data);
  await planDue(db);
  return event;
};

test('W45: a hold that ends by expiry says so, and how long the pause lasts, by the clock of the person', async () => {
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, timestamptz '2035-01-02 03:05Z')`,
    [ada],
  );
  const event = await planned(await makeType(db, { expiresAfter: '1 hour' }));
  const [said] = await asPerson(event, 'quiet_hours');
  expect(said).toMatch(
    /^You had paused notifications until Jan 1, 2035 at 10:05 PM\. It is not worth sending any more after \w+ \d+, \d{4} at \d+:\d\d [AP]M, /,
  );
  for (const [locale, instant] of [
    ['en-GB', '1 Jan 2035 at 22:05'],
    ['fr', '1 janv. 2035 à 22:05'],
    ['fr-CA', '1 janv. 2035 à 22 h 05'],
    // A language without sentences has the English ones.
    ['de', '1. Jan. 2035 um 22:05'],
  ] as const) {
    await db.owner.query('update notify.users set locale = $2 where id = $1', [ada, locale]);
    expect((await asPerson(event, 'quiet_hours'))[0]).toContain(instant);
  }
  await db.owner.query(`update notify.users set locale = 'en' where id = $1`, [ada]);
  // Whoever reads of somebody else reads in a language of their own, and whose clock it is.
  const other = (await asOperator(event)).find(({ rule }) => rule === 'quiet_hours');
  expect(other?.because).toContain('La personne avait mis les notifications en pause');
  expect(other?.because).toContain('1 janv. 2035 à 22:05 (America/New York)');
  await db.owner.query('delete from notify.personal_settings');
});

test('W45: a duplicate is said without its key, and a rolling cap with its window', async () => {
  const type = await makeType(db, { dedupeKey: 'order_placed:{Id}', dedupeWindow: '2 hours' });
  await planned(type, { variables: { Id: '1' } });
  const [said] = await asPerson(await planned(type, { variables: { Id: '1' } }), 'dedupe');
  expect(said).toMatch(/^You had already been told the same thing\. It is not repeated before /);
  await db.owner.query(`update notify.settings set rolling_cap = 1, rolling_window = '36 hours'`);
  const [capped] = await asPerson(await planned(await makeType(db)), 'rolling_cap');
  expect(capped).toBe('You had already got as many messages as you get within 36 hours: the limit is 1.');
  await db.owner.query('update notify.settings set rolling_cap = null');
});

describe('W45: of an event that was canceled', () => {
  test('after it was planned: that whoever is not in its audience is not in its audience', async () => {
    const someone = await makePerson(db);
    const event = await tell(db, await makeType(db), [someone]);
    await planDue(db);
    await db.owner.query('select notify_private.cancel_events(array[$1::uuid])', [event]);
    expect((await asOperator(event)).map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual(['audience left_out']);
  });

  test('before it was planned: that it was canceled', async () => {
    const event = await tell(db, await makeType(db), [ada]);
    await db.owner.query('select notify_private.cancel_events(array[$1::uuid])', [event]);
    const [row] = await asOperator(event);
    expect(row).toMatchObject({ rule: 'event', verdict: 'canceled' });
    expect(row?.because).toMatch(/^L’événement a été annulé avant /);
  });
});

test('W45: a type and a category have names of their own, in each language', async () => {
  const { rows } = await db.owner.query<{ key: string }>(
    `select t.key from notify.notification_types as t
     where t.pack <> 'engine_test' and (
       not t.labels ?& '{en,fr}' or 2 <> (select count(*) from notify_private.sentences as s where s.key = 'category.' || t.category)
     )`,
  );
  expect(rows).toEqual([]);
});
