import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { expectNoEffect } from '../support/no-effect.ts';

let db: TestDatabase;
let api: TestApi;
let ada: string;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  ada = await makePerson(db, { timeZone: 'Europe/Paris', email: 'ada@example.com' });
  type = await makeType(db, { channels: ['push', 'email'], dedupeKey: 'k:{Key}' });
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

type Row = {
  readonly channel: string;
  readonly step: number;
  readonly at: Date;
  readonly outcome: string;
  readonly rule: string | null;
  readonly until: Date | null;
  readonly because: string;
};
const predict = (at: Date | null = null, variables: object | null = null): Promise<Row[]> =>
  db.asUser(ada, async (client) => {
    const { rows } = await client.query<Row>('select * from notify.predict($1, coalesce($2, now()), $3)', [
      type,
      at,
      variables && JSON.stringify(variables),
    ]);
    return rows;
  });

test('now, at another instant, and with the key in use: what would happen, by the rules, without effect', async () => {
  const open = await expectNoEffect(db, () => predict());
  expect(open.map(({ channel, step, outcome }) => `${channel} ${step} ${outcome}`)).toEqual([
    'push 1 send',
    'email 1 send',
  ]);

  await tell(db, type, [ada], { variables: { Key: 'a' } });
  await planDue(db);
  const again = await expectNoEffect(db, () => predict(null, { Key: 'a' }));
  expect(again.map(({ outcome, rule }) => `${outcome} ${rule}`)).toEqual(['suppress dedupe', 'suppress dedupe']);
  expect((await predict(null, { Key: 'b' })).map(({ outcome }) => outcome)).toEqual(['send', 'send']);

  // Two messages more, and the day is full: what the type defers is followed to the next day, past its quiet hours.
  await tell(db, type, [ada], { variables: { Key: 'c' } });
  await tell(db, type, [ada], { variables: { Key: 'd' } });
  await planDue(db);
  await db.owner.query(`update notify.notification_types set cap_excess = 'defer' where key = $1`, [type]);
  await db.owner.query(
    `insert into notify.personal_settings (user_id, digest_time, quiet_hours)
     select $1, '08:00', array_agg(row(d, '07:30', '08:30')::notify.quiet_window) from generate_series(1, 7) as d`,
    [ada],
  );
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, frequency) values ($1, $2, 'email', 'weekly')`,
    [ada, type],
  );
  const later = (await expectNoEffect(db, () => predict(null, { Key: 'e' }))).filter(
    ({ channel }) => channel === 'push',
  );
  expect(later.map(({ step, outcome, rule }) => `${step} ${outcome} ${rule}`)).toEqual([
    '1 hold daily_cap',
    '2 hold quiet_hours',
    '3 send null',
  ]);
  const paris = (at: Date | null | undefined) => at?.toLocaleTimeString('en-GB', { timeZone: 'Europe/Paris' });
  expect(later.map(({ until }) => paris(until))).toEqual(['08:00:00', '08:30:00', undefined]);
  expect(later[1]?.at).toEqual(later[0]?.until);
  expect(later[2]?.at).toEqual(later[1]?.until);
  const [gathered] = (await predict()).filter(({ channel }) => channel === 'email');
  expect(gathered).toMatchObject({ outcome: 'digest', rule: 'digest' });
  expect(paris(gathered?.until)).toBe('08:00:00');
  expect(gathered?.until?.toLocaleDateString('en-GB', { timeZone: 'Europe/Paris', weekday: 'long' })).toBe('Monday');
});

test('what planning at once then does is what was predicted', async () => {
  for (const key of ['x', 'y', 'a']) {
    const predicted = (await predict(null, { Key: key })).filter(({ step }) => step === 1);
    const event = await tell(db, type, [ada], { variables: { Key: key } });
    await planDue(db);
    const { rows } = await db.owner.query(
      'select channel, outcome, rule, held_until from notify.decisions where event_id = $1 order by channel desc',
      [event],
    );
    expect(rows.map(({ channel, outcome, rule, held_until }) => [channel, outcome, rule, held_until])).toEqual(
      predicted.map(({ channel, outcome, rule, until }) => [channel, outcome, rule, until]),
    );
  }
});

test('a fallback: a later step waits for the one before, and comes at once where that has nobody to go to', async () => {
  await db.owner.query(`
    insert into notify.fallbacks values ('predicted', 'SMS after 30 s');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('predicted', 1, '{push}', '30 seconds', 'delivered'), ('predicted', 2, '{sms}', null, 'sent')`);
  const stepped = await makeType(db, {
    channels: ['sms', 'push'],
    fallbackKey: 'predicted',
    stillRelevant: 'notify_private.journey_is_active',
  });
  const of = async (person: string) => {
    const { rows } = await db.asOperator((client) =>
      client.query<Row>('select * from notify.predict_for($1, $2)', [person, stepped]),
    );
    return rows.map(({ channel, step, outcome, rule }) => `${channel} ${step} ${outcome} ${rule}`);
  };
  expect(await of(await makePerson(db, { phone: '+15005550006' }))).toEqual([
    'sms 1 hold fallback',
    'push 1 send null',
  ]);
  const nowhere = await makePerson(db, { phone: '+15005550009', devices: [] });
  expect(await of(nowhere)).toEqual(['sms 1 hold fallback', 'sms 2 send null', 'push 1 suppress address']);
});

test('channels of one event share what room the cap has, as when it is planned', async () => {
  const two = await makeType(db, { channels: ['push', 'sms'] });
  const person = await makePerson(db, { phone: '+15005550006' });
  await db.owner.query(`update notify.settings set daily_cap = 1, capped_channels = '{push,sms}'`);
  try {
    const { rows } = await db.asOperator((client) =>
      client.query<Row>('select * from notify.predict_for($1, $2)', [person, two]),
    );
    expect(rows.map(({ channel, outcome, rule }) => `${channel} ${outcome} ${rule}`)).toEqual([
      'push send null',
      'sms suppress daily_cap',
    ]);
  } finally {
    await db.owner.query(`update notify.settings set daily_cap = 3, capped_channels = '{push}'`);
  }
});

/** What an operator is told, as "channel step outcome rule". */
const predicted = async (person: string, key: string, more = ''): Promise<string[]> => {
  const { rows } = await db.asOperator((client) =>
    client.query<Row>(`select * from notify.predict_for($1, $2${more})`, [person, key]),
  );
  return rows.map(({ channel, step, outcome, rule }) => `${channel} ${step} ${outcome} ${rule}`);
};

test('W42: what is over before its digest closes is not told; what is not, is', async () => {
  const person = await makePerson(db, { email: 'w42@example.com', devices: [] });
  const over = async (expiresAfter: string) => {
    const key = await makeType(db, { channels: ['email'], defaultFrequency: 'daily', expiresAfter });
    return predicted(person, key);
  };
  const open = ['email 1 digest digest', 'email 2 send null'];
  expect(await over('30 days')).toEqual(open);
  expect(await over('1 second')).toEqual(['email 1 digest digest', 'email 2 suppress expiry']);
  // The cap folds into the digest as well.
  const folded = await makeType(db, { channels: ['push'], capExcess: 'digest', expiresAfter: '1 second' });
  const busy = await makePerson(db);
  await db.owner.query(`update notify.settings set daily_cap = 1, capped_channels = '{push}'`);
  await tell(db, folded, [busy]);
  await planDue(db);
  expect(await predicted(busy, folded)).toEqual(['push 1 digest daily_cap', 'push 2 suppress expiry']);
  await db.owner.query(`update notify.settings set daily_cap = 3`);
});

test('W42: channels that wait together share the cap, and with what went out at once', async () => {
  const person = await makePerson(db, { phone: '+15005550006' });
  const two = await makeType(db, { channels: ['push', 'sms'], capExcess: 'drop' });
  await db.owner.query(
    `update notify.settings set daily_cap = 1, capped_channels = '{push,sms}', rolling_cap = null, quiet_channels = '{push,sms}'`,
  );
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '2 minutes')`,
    [person],
  );
  const together = [
    'push 1 hold quiet_hours',
    'push 2 send null',
    'sms 1 hold quiet_hours',
    // What waited is not dropped.
    'sms 2 hold daily_cap',
    'sms 3 send null',
  ];
  expect(await predicted(person, two)).toEqual(together);
  // By the rolling cap as well, and where only one of them waits.
  await db.owner.query(`update notify.settings set daily_cap = 9, rolling_cap = 1, rolling_window = '7 days'`);
  expect(await predicted(person, two)).toEqual([...together.slice(0, 3), 'sms 2 hold rolling_cap', 'sms 3 send null']);
  // What goes out at once counts when the other comes back: the day after, within the window.
  await db.owner.query(`update notify.notification_types set cap_excess = 'defer' where key = $1`, [two]);
  await db.owner.query(`update notify.settings set daily_cap = 1, quiet_channels = '{}'`);
  expect(await predicted(person, two)).toEqual([
    'push 1 send null',
    'sms 1 hold daily_cap',
    'sms 2 hold rolling_cap',
    'sms 3 send null',
  ]);
  await db.owner.query(
    `update notify.settings set daily_cap = 3, capped_channels = '{push}', rolling_cap = null, quiet_channels = '{push,email,sms,voice}'`,
  );
});

test('W42: an event may have channels, an expiry and an order of its own', async () => {
  await db.owner.query(`
    insert into notify.fallbacks values ('push_then_sms_of_it', 'SMS after 30 s');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('push_then_sms_of_it', 1, '{push}', '30 seconds', 'delivered'), ('push_then_sms_of_it', 2, '{sms}', null, 'sent')`);
  const person = await makePerson(db, { phone: '+15005550006', email: 'own@example.com' });
  const key = await makeType(db, { channels: ['push', 'sms', 'email'] });
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, frequency) values ($1, $2, 'email', 'daily')`,
    [person, key],
  );
  expect(await predicted(person, key, `, channels => '{sms,push}'`)).toEqual(['push 1 send null', 'sms 1 send null']);
  expect(await predicted(person, key, `, channels => '{email}', expires_after => '1 second'`)).toEqual([
    'email 1 digest digest',
    'email 2 suppress expiry',
  ]);
  expect(await predicted(person, key, `, channels => '{push,sms}', fallback_key => 'push_then_sms_of_it'`)).toEqual([
    'push 1 send null',
    'sms 1 hold fallback',
  ]);
  for (const [more, field] of [
    [`, channels => '{voice}'`, 'channels'],
    [`, channels => '{}'`, 'channels'],
    [`, expires_after => '-1 hour'`, 'expires_after'],
    [`, fallback_key => 'none'`, 'fallback_key'],
    [`, subject_id => uuidv7()`, 'subject_id'],
  ] as const)
    await expect(predicted(person, key, more)).rejects.toMatchObject({ column: field });
});

test('W42: of a subject it is asked whether it is still relevant', async () => {
  await db.owner.query(`
    create function engine_test.not_told(event_id uuid, recipient_id uuid) returns boolean language sql stable as $$
      select not coalesce((e.data ->> 'over')::pg_catalog.bool, false) from notify.events as e where e.id = not_told.event_id
    $$`);
  const key = await makeType(db, { channels: ['push'], stillRelevant: 'engine_test.not_told' });
  const [person, subject] = [await makePerson(db), '00000000-0000-7000-8000-00000000abcd'];
  const about = (over: boolean) =>
    db.owner.query(
      `insert into notify.events (type_key, subject_type, subject_id, data, due_at) values ($1, 'thing', $2, jsonb_build_object('over', $3::boolean), now() + interval '1 hour')`,
      [key, subject, over],
    );
  expect(await predicted(person, key)).toEqual(['push 1 send null']);
  await about(false);
  expect(await predicted(person, key, `, subject_id => '${subject}'`)).toEqual(['push 1 send null']);
  await about(true);
  expect(await predicted(person, key, `, subject_id => '${subject}'`)).toEqual(['push 1 suppress still_relevant']);
});

test('of oneself, of anybody for operators, of what exists and is to come', async () => {
  const fields = 'channel step outcome until because';
  const own = `query ($t: String!, $at: Datetime) { predict(typeKey: $t, at: $at) { ${fields} } }`;
  const anybody = `query ($u: UUID!, $t: String!) { predictFor(userId: $u, typeKey: $t) { ${fields} } }`;
  const token = await signToken(ada);
  const operator = await signToken(await createUser(db), { role: 'operator' });
  const mine = await api.ask(own, { token, variables: { t: type } });
  expect(mine.codes).toEqual([]);
  expect(mine.data.predict[0]).toMatchObject({ channel: 'push', step: 1 });
  const seen = await api.ask(anybody, { token: operator, variables: { u: ada, t: type } });
  expect(seen.data.predictFor.map(({ outcome }: Row) => outcome)).toEqual(
    mine.data.predict.map(({ outcome }: Row) => outcome),
  );
  expect((await api.ask(anybody, { token, variables: { u: ada, t: type } })).codes).toEqual(['INVALID_INPUT']);
  expect((await api.ask(own, { token, variables: { t: 'nothing' } })).codes).toEqual(['NOT_FOUND']);
  for (const at of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z'])
    expect((await api.ask(own, { token, variables: { t: type, at } })).codes).toEqual(['INVALID_INPUT']);
});
