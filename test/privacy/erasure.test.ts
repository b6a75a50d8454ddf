// Over 300 lines: one call, and what each kind of row makes of it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { registerWorker } from '../support/engine.ts';
import { decisionsOf, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { live, makeSomeone } from '../support/lives.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { mentionsOf } from './mentions.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query('update notify.settings set daily_cap = 1000000, require_verified_email = false');
});
afterAll(() => db.drop());

const erase = (id: string, options: { confirm?: string; reason?: string; former?: string[]; by?: string } = {}) =>
  db.asOperator(
    async (operator) => {
      const { rows } = await operator.query<{ id: string; counts: Record<string, unknown>; erased_by: string | null }>(
        'select * from notify.erase_person($1, $2, $3, $4)',
        [id, options.reason ?? 'person_request', options.confirm ?? id, options.former ?? []],
      );
      return rows[0] as { id: string; counts: Record<string, unknown>; erased_by: string | null };
    },
    { commit: true, ...(options.by ? { userId: options.by } : {}) },
  );

test('issue 3, 11: after erasure nothing in any column of any table tells of the person; others keep what is theirs', async () => {
  const ada = await makeSomeone(db);
  const friend = await makePerson(db);
  await live(db, ada, friend);
  const before = new Set((await mentionsOf(db, ada.values)).map((mention) => mention.split(':')[0]));
  // The test would show nothing if it did not reach every table that is declared.
  const { rows: declared } = await db.owner.query<{ name: string }>(
    `select distinct table_name as name from notify_private.all_personal_data() where on_erasure <> 'nothing' and table_name <> 'notify.erasures'`,
  );
  const { rows: byDelivery } = await db.owner.query(
    'select (select count(*)::integer from notify.delivery_attempts) as attempts, (select count(*)::integer from notify.receipts) as receipts',
  );
  expect(byDelivery[0]).toEqual({ attempts: 1, receipts: 1 });
  expect(
    declared
      .map(({ name }) => name)
      .filter(
        (name) => !before.has(name) && !/delivery_attempts|receipts|journey_steps_taken|schedule_clocks/.test(name),
      ),
  ).toEqual([]);
  const friendsBefore = await one<number>(
    db.owner,
    'select count(*)::integer from notify.notifications where recipient_id = $1',
    [friend],
  );

  const erasure = await erase(ada.id);
  expect(await mentionsOf(db, ada.values)).toEqual([]);
  expect(await mentionsOf(db, [ada.name.split(' ')[0] as string])).toEqual([]);
  expect(await one(db.owner, 'select count(*)::integer from notify.delivery_attempts')).toBe(0);
  expect(await one(db.owner, 'select count(*)::integer from notify.receipts')).toBe(0);
  expect(erasure.counts).toMatchObject({
    'notify.users': { delete: 1 },
    'notify.devices': { delete: 1 },
    'trips.trips': { change: 2 },
    'notify.preference_changes': { change: 1 },
  });

  // The friend's inbox is whole; only who it was is gone from it.
  expect(
    await one(db.owner, 'select count(*)::integer from notify.notifications where recipient_id = $1', [friend]),
  ).toBe(friendsBefore);
  const { rows: bodies } = await db.owner.query<{ body: string }>(
    'select distinct body from notify.notifications where recipient_id = $1 order by 1',
    [friend],
  );
  expect(bodies.map(({ body }) => body)).toContain('Something of …');
  expect(bodies.map(({ body }) => body)).toContain('… likes your dates — gaining traction!');
  const { rows: trips } = await db.owner.query(
    'select name, creator_id, leader_id, canceled_by = $1 as by_friend from trips.trips',
    [friend],
  );
  expect(trips).toEqual([{ name: 'Lisbon', creator_id: null, leader_id: null, by_friend: true }]);
  expect(await one(db.owner, 'select count(*)::integer from trips.date_windows')).toBe(1);
});

test('issue 3, 11: erasing again says what was done the first time; somebody unknown is not found; a slip erases nobody', async () => {
  const ada = await makeSomeone(db);
  await expect(erase(ada.id, { confirm: randomUUID() })).rejects.toMatchObject({
    code: 'RBINV',
    message: 'confirm: must repeat the user_id',
  });
  await expect(erase(ada.id, { reason: 'because' })).rejects.toThrow('reason: must be');
  await expect(erase(ada.id, { former: ['A'] })).rejects.toThrow('former_names: must');
  expect(await one(db.owner, 'select count(*)::integer from notify.users where id = $1', [ada.id])).toBe(1);
  const by = await makePerson(db);
  const first = await erase(ada.id, { by });
  expect(first.erased_by).toBe(by);
  expect((await erase(ada.id)).id).toBe(first.id);
  expect(
    await one(
      db.owner,
      `select count(*)::integer from notify.erasures where subject_digest = encode(sha256($1::text::bytea), 'hex')`,
      [ada.id],
    ),
  ).toBe(1);
  await expect(erase(randomUUID())).rejects.toMatchObject({ code: 'RBNFD' });
  // The operator's id goes with the operator.
  await erase(by);
  expect(await one(db.owner, 'select erased_by from notify.erasures where id = $1', [first.id])).toBeNull();
  for (const as of [db.asUser.bind(null, ada.id), db.asAnonymous, db.asWorker, db.asHttp])
    await expect(
      as((other) => other.query('select notify.erase_person($1, $2, $1)', [ada.id, 'operator'])),
    ).rejects.toMatchObject({ code: '42501' });
});

test('issue 3, 11: only the name of this person goes: others of that name elsewhere, and longer words, stay; former names go too', async () => {
  const [ada, namesake, friend] = [await makePerson(db), await makePerson(db), await makePerson(db)];
  await db.owner.query(`update notify.users set name = 'Ada' where id = any ($1)`, [[ada, namesake]]);
  const typeKey = await makeType(db, { title: '{Name} and Adam', body: 'Ada, ada; Lovelace (née Byron)' });
  const say = (actorId: string) =>
    db.owner.query('insert into notify.events (type_key, actor_id, data) values ($1, $2, $3)', [
      typeKey,
      actorId,
      JSON.stringify({ to: [friend], variables: { Name: 'Ada' } }),
    ]);
  await say(ada);
  await say(namesake);
  await planDue(db);
  await erase(ada, { former: ['née Byron'] });
  const { rows } = await db.owner.query(
    'select title, body, actor_id from notify.notifications where recipient_id = $1 order by id',
    [friend],
  );
  expect(rows).toEqual([
    { title: '… and Adam', body: '…, ada; Lovelace (…)', actor_id: null },
    { title: 'Ada and Adam', body: 'Ada, ada; Lovelace (née Byron)', actor_id: namesake },
  ]);
});

test('rich pushes: pictures and buttons that name somebody go with them, and nobody else loses any', async () => {
  const [ada, actor, friend] = [await makePerson(db), await makePerson(db), await makePerson(db)];
  await db.owner.query(`update notify.users set name = 'Zoë Q' where id = $1`, [ada]);
  const typeKey = await makeType(db);
  await db.owner.query(
    `update notify.notification_types set image_url = 'https://cdn.example/{Who}.jpg' where key = $1`,
    [typeKey],
  );
  const say = (Who: string, by: string) =>
    db.owner.query(
      `insert into notify.events (type_key, actor_id, subject_type, subject_id, data) values ($1, $2, 'person', $3, $4)`,
      [typeKey, by, ada, JSON.stringify({ to: [friend], variables: { Who } })],
    );
  // Named in the picture's URL alone, as it is encoded there; caused by her; neither.
  await say('Zoë Q', actor);
  await say('beach', ada);
  await say('beach', actor);
  await planDue(db);
  const pictures = () =>
    db.owner
      .query<{ url: string | null }>(
        `select rich_content ->> 'image_url' as url from notify.notifications where recipient_id = $1 order by id`,
        [friend],
      )
      .then(({ rows }) => rows.map(({ url }) => url));
  expect(await pictures()).toEqual([
    'https://cdn.example/Zo%C3%AB%20Q.jpg',
    'https://cdn.example/beach.jpg',
    'https://cdn.example/beach.jpg',
  ]);
  await erase(ada);
  expect(await pictures()).toEqual([null, null, 'https://cdn.example/beach.jpg']);
});

test('issue 3, 11: who opted out stays out after erasure, without being known, until somebody has the address again', async () => {
  const ada = await makeSomeone(db);
  const shared = await makePerson(db, { email: 'family@example.org' });
  const other = await makePerson(db, { email: 'Family@example.org' });
  const suppress = (channel: string, address: string, reason: string) =>
    db.asOperator(
      (operator) => operator.query('select notify.suppress_address($1, $2, $3)', [channel, address, reason]),
      { commit: true },
    );
  await suppress('email', ada.email, 'opted_out');
  await suppress('sms', ada.phone, 'complaint');
  await suppress('email', 'family@example.org', 'opted_out');
  await db.owner.query('delete from notify_private.suppression_digests');
  await erase(ada.id);
  await erase(shared);
  expect(await mentionsOf(db, [ada.email, ada.phone])).toEqual([]);
  expect(await one(db.owner, 'select count(*)::integer from notify_private.suppression_digests')).toBe(2);
  // Of an address that somebody else has too, nothing changes.
  expect(await one(db.owner, `select reason from notify.suppressions where address = 'family@example.org'`)).toBe(
    'opted_out',
  );
  await erase(other);
  expect(
    await one(db.owner, `select count(*)::integer from notify.suppressions where address = 'family@example.org'`),
  ).toBe(0);

  // They come back; and a service changes somebody's number to that one.
  const typeKey = await makeType(db, { channels: ['email', 'sms'] });
  const back = await makePerson(db, { email: ada.email.toUpperCase() });
  const changed = await makePerson(db);
  await db.asWriter(
    (writer) => writer.query('update notify.users set phone = $2 where id = $1', [changed, ada.phone]),
    { commit: true },
  );
  const event = await tell(db, typeKey, [back, changed]);
  await planDue(db);
  const found = (await decisionsOf(db, event)).map(({ recipientId, channel, reason }) => [
    recipientId === back ? 'back' : 'changed',
    channel,
    reason,
  ]);
  expect(found).toContainEqual(['back', 'email', 'opted_out']);
  expect(found).toContainEqual(['changed', 'sms', 'complaint']);
  // Operators can let them in again, by the address alone.
  await erase(back);
  const unsuppress = (channel: string, address: string) =>
    db.asOperator(
      (operator) =>
        operator.query('select notify.unsuppress_address($1, $2, $$They asked for it by letter$$)', [channel, address]),
      {
        commit: true,
      },
    );
  await unsuppress('email', ada.email);
  await makePerson(db, { email: ada.email });
  expect(
    await one(db.owner, 'select count(*)::integer from notify.suppressions where address = lower($1)', [ada.email]),
  ).toBe(0);
  for (const role of ['rowbell_operator', 'rowbell_worker', 'rowbell_writer', 'rowbell_http', 'rowbell_user'])
    expect(
      await one(db.owner, `select has_table_privilege($1, 'notify_private.suppression_digests', 'select')`, [role]),
    ).toBe(false);
});

test('issue 3, 11: consent leaves a proof that does not say whose, until it is no longer needed', async () => {
  const ada = await makeSomeone(db);
  await db.owner.query(
    `insert into notify.consents (user_id, channel, granted, method, text_version, region, evidence) values
      ($1, 'email', true, 'double_opt_in', 'v3', 'DE', '{"ip": "192.0.2.7"}'), ($1, 'email', false, 'settings_page', 'v3', 'DE', '{}')`,
    [ada.id],
  );
  await erase(ada.id);
  expect(await mentionsOf(db, [...ada.values, '192.0.2.7'])).toEqual([]);
  // A claim brings the address.
  const { rows } = await db.owner.query(
    `select channel, granted, method, text_version, region from notify_private.consent_proofs
     where notify_private.address_digest('email', $1) = any (address_digests) order by recorded_at`,
    [ada.email],
  );
  expect(rows).toEqual([
    { channel: 'email', granted: true, method: 'double_opt_in', text_version: 'v3', region: 'DE' },
    { channel: 'email', granted: false, method: 'settings_page', text_version: 'v3', region: 'DE' },
  ]);
  await db.owner.query(`update notify_private.consent_proofs set erased_at = now() - interval '37 months'`);
  await db.worker.query('call notify_private.apply_retention(null)');
  expect(await one(db.owner, 'select count(*)::integer from notify_private.consent_proofs')).toBe(0);
});

test.each([
  ['for them', true],
  ['about them', false],
])('issue 3, 11: a planner in the middle, %s, is waited for; those after it find nobody', async (_, forThem) => {
  const ada = await makeSomeone(db);
  const [friend, another] = [await makePerson(db), await makePerson(db)];
  const typeKey = await makeType(db, {
    channels: ['push', 'in_app'],
    defaultChannels: ['push', 'in_app'],
    body: 'Of {Name}',
  });
  const toAda = await tell(db, typeKey, [ada.id, friend], { variables: { Name: 'somebody' } });
  const ofAda = await one<string>(
    db.owner,
    'insert into notify.events (type_key, actor_id, data) values ($1, $2, $3) returning id',
    [typeKey, ada.id, JSON.stringify({ to: [another], variables: { Name: ada.name } })],
  );
  const planner = await db.worker.connect();
  await planner.query('begin');
  await planner.query('select notify_private.plan($1)', [[forThem ? toAda : ofAda]]);
  let erased = false;
  const erasing = erase(ada.id).then(() => {
    erased = true;
  });
  await until('it waits for the planner', () =>
    one<boolean>(
      db.owner,
      `select exists (select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database())`,
    ),
  );
  const later = await tell(db, typeKey, [ada.id, friend], { variables: { Name: 'nobody' } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(erased).toBe(false);
  await planner.query('commit');
  planner.release();
  await erasing;
  await planDue(db);
  expect((await decisionsOf(db, later)).map(({ recipientId }) => recipientId)).not.toContain(ada.id);
  expect((await decisionsOf(db, later)).length).toBeGreaterThan(0);
  // The event that names them in its audience was made after; that is its maker's to know.
  await db.owner.query(`update notify.events set data = '{}' where id = $1`, [later]);
  expect(await mentionsOf(db, ada.values)).toEqual([]);
});

test('issue 3, 11: what is being sent is waited for, and its outcome written in peace; what waits is never sent', async () => {
  const ada = await makeSomeone(db);
  const friend = await makePerson(db);
  const typeKey = await makeType(db);
  await tell(db, typeKey, [ada.id, friend]);
  await planDue(db);
  const worker = await registerWorker(db);
  const claimId = randomUUID();
  const { rows: claimed } = await db.worker.query<{ delivery_id: string }>(
    `select delivery_id from notify_private.claim_deliveries($1, $2, '1', 'bulk')`,
    [claimId, worker],
  );
  expect(claimed.length).toBeGreaterThanOrEqual(2);
  await tell(db, typeKey, [ada.id, friend]);
  await planDue(db);
  let erased = false;
  const erasing = erase(ada.id).then(() => {
    erased = true;
  });
  await until('it has what waits in its hands', async () => {
    const { rows } = await db.owner.query(
      `select from notify.deliveries where recipient_id = $1 and status = 'queued' for update skip locked`,
      [ada.id],
    );
    return rows.length === 0;
  });
  // What waits is in nobody's reach any more, though nothing is committed yet; the friend's is.
  const { rows: next } = await db.worker.query<{ recipient_id: string }>(
    `select delivery_id from notify_private.claim_deliveries($1, $2, '1', 'bulk')`,
    [randomUUID(), worker],
  );
  expect(next).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(erased).toBe(false);
  await db.worker.query(
    `select * from notify_private.record_results($1, array(select row(d, 'accepted', null, null, 'm', null, false, null)::notify_private.result from unnest($2::uuid[]) as d))`,
    [claimId, claimed.map(({ delivery_id }) => delivery_id)],
  );
  await erasing;
  expect(await mentionsOf(db, ada.values)).toEqual([]);
  expect(
    await one(db.owner, `select count(*)::integer from notify.deliveries where recipient_id = $1 and status = 'sent'`, [
      friend,
    ]),
  ).toBe(1);
});

test('issue 3, 11: an outcome of which a listener makes rows about the person is not kept waiting by the erasure that waits for it', async () => {
  const ada = await makeSomeone(db);
  await db.owner.query(`
    create table engine_test.heard (user_id uuid references notify.users (id) on delete cascade);
    create function engine_test.hear(delivery_ids uuid[]) returns void language sql as $$
      insert into engine_test.heard select recipient_id from notify.deliveries where id = any (delivery_ids)
    $$`);
  const typeKey = await makeType(db);
  await db.owner.query(`update notify.notification_types set listener = 'engine_test.hear' where key = $1`, [typeKey]);
  await tell(db, typeKey, [ada.id]);
  await planDue(db);
  const claimId = randomUUID();
  const { rows: claimed } = await db.worker.query<{ delivery_id: string }>(
    `select delivery_id from notify_private.claim_deliveries($1, $2, '1', 'bulk')`,
    [claimId, await registerWorker(db)],
  );
  expect(claimed).toHaveLength(1);
  const erasing = erase(ada.id);
  await until('it has the person', async () => {
    const { rows } = await db.owner.query('select from notify.users where id = $1 for no key update skip locked', [
      ada.id,
    ]);
    return rows.length === 0;
  });
  await db.worker.query(
    `select * from notify_private.record_results($1, array(select row(d, 'accepted', null, null, 'm', null, false, null)::notify_private.result from unnest($2::uuid[]) as d))`,
    [claimId, claimed.map(({ delivery_id }) => delivery_id)],
  );
  await erasing;
  expect(await mentionsOf(db, ada.values)).toEqual([]);
});
