// Over 300 lines: the life of one digest, from the first item to the push.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { signToken, startTestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { closeDue, type Digest, digestsOf, gather } from '../support/digests.ts';
import { decisionsOf, forget, installPack, makeDevice, makePerson, makeType, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { startWorker } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  sandbox = await startSandbox();
  type = await makeType(db, { channels: ['push', 'email'] });
});
afterAll(async () => {
  await sandbox.close();
  await db.drop();
});
beforeEach(async () => {
  await forget(db);
  await db.owner.query('truncate notify.digests, notify.digest_items, notify.holds, notify.personal_settings');
  sandbox.journal.clear();
});

const only = async (person: string): Promise<Digest> => {
  const digests = await digestsOf(db, person);
  expect(digests).toHaveLength(1);
  return digests[0] as Digest;
};
/** The words of the one notification that tells a digest. */
const words = async (digest: Digest) => {
  await planDue(db);
  const { rows } = await db.owner.query<{ title: string; body: string }>(
    'select title, body from notify.notifications where event_id = $1',
    [digest.eventId],
  );
  expect(rows).toHaveLength(1);
  return rows[0];
};
const isTold = (notificationId: string) =>
  one<boolean>(db.owner, 'select told_at is not null from notify.notifications where id = $1', [notificationId]);

test('NC-13: what is gathered daily stands in one digest, oldest first, is told once, and then shows in the inbox', async () => {
  const person = await makePerson(db);
  const made = [];
  for (const n of [1, 2, 3]) made.push(await gather(db, type, person, { title: `Title ${n}` }));
  expect(await isTold(made[0]?.notificationId as string)).toBe(false);
  expect(await db.asUser(person, (me) => one<number>(me, 'select count(*)::integer from notify.notifications'))).toBe(
    0,
  );

  await closeDue(db);
  await closeDue(db);
  const digest = await only(person);
  expect(digest).toMatchObject({ itemCount: 3, closeError: null });
  expect(digest.items).toEqual(made.map(({ eventId }, n) => ({ eventId, position: n + 1, leftOut: null })));
  for (const { notificationId } of made) expect(await isTold(notificationId)).toBe(true);
  const { rows: events } = await db.owner.query(
    `select id, type_key, subject_type, subject_id, channels from notify.events where type_key like '%_digest'`,
  );
  expect(events).toEqual([
    { id: digest.eventId, type_key: 'daily_digest', subject_type: 'digest', subject_id: digest.id, channels: ['push'] },
  ]);
  expect(await words(digest)).toEqual({ title: 'Your day: 3 updates', body: 'Title 1\nTitle 2\nTitle 3' });
  // Told as one message: of the items none counts.
  expect(await one<number>(db.owner, 'select sum(count)::integer from notify_private.daily_counters')).toBe(1);
});

test('NC-13: a digest is of one person, channel and frequency; what is not due stays open', async () => {
  const [ann, bob] = [await makePerson(db), await makePerson(db)];
  const later = new Date(Date.now() + 3_600_000);
  await gather(db, type, ann);
  await gather(db, type, ann, { channel: 'email' });
  await gather(db, type, ann, { frequency: 'weekly' });
  await gather(db, type, bob);
  const waiting = await gather(db, type, bob, { channel: 'email', dueAt: later });
  await closeDue(db);
  expect((await digestsOf(db, ann)).map((d) => `${d.channel} ${d.frequency} ${d.itemCount}`)).toEqual([
    'push daily 1',
    'email daily 1',
    'push weekly 1',
  ]);
  expect((await digestsOf(db, bob)).map((d) => `${d.channel} ${d.itemCount}`)).toEqual(['push 1', 'email null']);
  expect(await isTold(waiting.notificationId)).toBe(false);
});

test('NC-13: after a digest was closed the next one opens; nothing can be in two', async () => {
  const person = await makePerson(db);
  const first = await gather(db, type, person);
  await closeDue(db);
  await gather(db, type, person);
  const [closed, open] = await digestsOf(db, person);
  expect([closed?.itemCount, open?.itemCount, open?.items.length]).toEqual([1, null, 1]);
  await expect(
    db.owner.query(
      `insert into notify.digest_items (event_id, recipient_id, channel, digest_id, notification_id) values ($1, $2, 'push', $3, $4)`,
      [first.eventId, person, open?.id, first.notificationId],
    ),
  ).rejects.toThrow('duplicate key');
});

test('NC-13: the words count in English and French, and a push says how many more there are', async () => {
  const said: unknown[] = [];
  for (const [locale, count, channel] of [
    ['en', 1, 'push'],
    ['en', 4, 'push'],
    ['en', 5, 'push'],
    ['fr', 1, 'push'],
    ['fr', 6, 'push'],
    ['fr', 2, 'email'],
  ] as const) {
    const person = await makePerson(db, { locale, email: 'a@example.com' });
    for (let n = 1; n <= count; n++)
      await gather(db, type, person, { channel, frequency: 'weekly', title: `T${n}`, body: `B${n}` });
    await closeDue(db);
    said.push(await words(await only(person)));
  }
  expect(said).toEqual([
    { title: 'Your week: 1 update', body: 'T1' },
    { title: 'Your week: 4 updates', body: 'T1\nT2\nT3\nT4' },
    { title: 'Your week: 5 updates', body: 'T1\nT2\nT3\n…and 2 more' },
    { title: 'Votre semaine\u00a0: 1 nouveauté', body: 'T1' },
    { title: 'Votre semaine\u00a0: 6 nouveautés', body: 'T1\nT2\nT3\n…et 3 autres' },
    { title: 'Votre semaine\u00a0: 2 nouveautés', body: 'T1\nB1\n\nT2\nB2' },
  ]);
});

test('NC-13: what was switched off meanwhile is left out with its rule, and its dedupe key is free again', async () => {
  const person = await makePerson(db);
  const other = await makeType(db, { channels: ['push', 'email'] });
  const kept = await gather(db, type, person, { dedupeKey: 'kept' });
  const dropped = await gather(db, other, person, { dedupeKey: 'dropped' });
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, $2, 'push', false)`,
    [person, other],
  );
  await closeDue(db);
  expect((await only(person)).items).toEqual([
    { eventId: kept.eventId, position: 1, leftOut: null },
    { eventId: dropped.eventId, position: null, leftOut: 'preference' },
  ]);
  expect(await decisionsOf(db, dropped.eventId)).toMatchObject([
    { outcome: 'suppress', rule: 'preference', reason: 'turned_off' },
  ]);
  expect(await decisionsOf(db, kept.eventId)).toMatchObject([{ outcome: 'digest' }]);
  expect(await isTold(dropped.notificationId)).toBe(false);
  const { rows } = await db.owner.query('select dedupe_key from notify_private.dedupe_keys order by 1');
  expect(rows).toEqual([{ dedupe_key: 'kept' }]);
});

test('NC-13: an empty digest is closed and never told', async () => {
  const person = await makePerson(db);
  await gather(db, type, person);
  await db.owner.query('update notify.notification_types set enabled = false where key = $1', [type]);
  try {
    await closeDue(db);
  } finally {
    await db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]);
  }
  expect(await only(person)).toMatchObject({ itemCount: 0, eventId: null, items: [{ leftOut: 'type' }] });
  expect(await one(db.owner, `select count(*)::integer from notify.events where type_key like '%_digest'`)).toBe(0);
});

test('NC-13: a broken function of one type keeps back its own digest alone, until it is mended', async () => {
  const [ann, bob] = [await makePerson(db), await makePerson(db)];
  const broken = await makeType(db);
  await gather(db, broken, ann);
  await gather(db, type, bob);
  const evaluate = await one<string>(
    db.owner,
    `select pg_get_functiondef('notify_private.finalize_digests(notify.digests[], timestamptz)'::regprocedure)`,
  );
  // Whatever raises in there: a copy of the function that stumbles over this type.
  await db.owner.query(
    evaluate.replace(
      /begin\n/,
      `begin\n  if exists (select from unnest(closing) as c where c.user_id = '${ann}') then raise division_by_zero; end if;\n`,
    ),
  );
  await closeDue(db);
  expect(await only(bob)).toMatchObject({ itemCount: 1 });
  const kept = await only(ann);
  expect(kept).toMatchObject({ closedAt: null, closeError: '22012: division_by_zero' });
  expect(kept.dueAt.getTime()).toBeGreaterThan(Date.now() + 200_000);
  await db.owner.query(evaluate);
  await db.owner.query('update notify.digests set due_at = now() where id = $1', [kept.id]);
  await closeDue(db);
  expect(await only(ann)).toMatchObject({ itemCount: 1, closeError: null });
});

test('NC-13: whom somebody holds is left for later, and the others are not kept waiting', async () => {
  const [ann, bob] = [await makePerson(db), await makePerson(db)];
  await gather(db, type, ann);
  await gather(db, type, bob);
  await db.asOwner(async (client) => {
    await client.query('select from notify.users where id = $1 for update', [ann]);
    await closeDue(db);
    expect((await only(ann)).closedAt).toBeNull();
    expect((await only(bob)).itemCount).toBe(1);
  });
  await closeDue(db);
  expect((await only(ann)).itemCount).toBe(1);
});

test('NC-13: a digest that another closer has is passed by, without waiting', async () => {
  const [ann, bob] = [await makePerson(db), await makePerson(db)];
  await gather(db, type, ann);
  await gather(db, type, bob);
  await db.asOwner(async (client) => {
    await client.query('select from notify.digests where user_id = $1 for update', [ann]);
    await db.asWorker(
      async (worker) => {
        await worker.query(`set local statement_timeout = '60s'`);
        await worker.query('select notify_private.close_digests()');
      },
      { commit: true },
    );
    expect((await only(bob)).itemCount).toBe(1);
  });
  expect((await only(ann)).closedAt).toBeNull();
});

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
const local = (person: string, zone: string) =>
  one<string>(
    db.owner,
    `select to_char(due_at at time zone $2, 'ID HH24:MI') from notify.digests where user_id = $1 and closed_at is null`,
    [person, zone],
  );

test('NC-13: whoever changes their digest time, weekday or time zone takes the open digest along', async () => {
  const person = await makePerson(db, { timeZone: 'Asia/Tokyo' });
  await gather(db, type, person, { frequency: 'weekly', dueAt: inDays(20) });
  await db.owner.query(`insert into notify.personal_settings (user_id, digest_time) values ($1, '07:30')`, [person]);
  expect(await local(person, 'Asia/Tokyo')).toBe('1 07:30');
  await db.owner.query('update notify.personal_settings set digest_weekday = 4 where user_id = $1', [person]);
  expect(await local(person, 'Asia/Tokyo')).toBe('4 07:30');
  await db.owner.query(`update notify.users set time_zone = 'America/Lima' where id = $1`, [person]);
  expect(await local(person, 'America/Lima')).toBe('4 07:30');
  await db.owner.query('delete from notify.personal_settings where user_id = $1', [person]);
  expect(await local(person, 'America/Lima')).toBe('1 09:00');
  // Nothing of it concerned the digest: it stays where it is.
  await db.owner.query(`update notify.digests set due_at = '2100-01-01' where user_id = $1`, [person]);
  await db.owner.query(`update notify.users set name = 'Ann' where id = $1`, [person]);
  await db.owner.query('insert into notify.personal_settings (user_id, daily_cap) values ($1, 2)', [person]);
  expect(await one(db.owner, `select due_at = '2100-01-01' from notify.digests where user_id = $1`, [person])).toBe(
    true,
  );
});

test('NC-13: another default time moves those who chose none, and what is due stays due', async () => {
  const [ann, bob, eva] = [await makePerson(db), await makePerson(db), await makePerson(db)];
  await db.owner.query(`insert into notify.personal_settings (user_id, digest_time) values ($1, '06:00')`, [bob]);
  for (const person of [ann, bob]) await gather(db, type, person, { dueAt: inDays(20) });
  await gather(db, type, eva);
  await db.asOperator((admin) => admin.query(`update notify.settings set digest_time = '18:15'`), { commit: true });
  try {
    expect([await local(ann, 'UTC'), await local(bob, 'UTC')].map((at) => at.slice(2))).toEqual(['18:15', '06:00']);
    expect((await only(eva)).dueAt.getTime()).toBeLessThan(Date.now());
  } finally {
    await db.owner.query(`update notify.settings set digest_time = '09:00'`);
  }
});

test('NC-13: the digests themselves are never gathered', async () => {
  for (const change of [`cap_excess = 'digest'`, `default_frequency = 'weekly'`, `locked_channels = '{push}'`]) {
    await expect(
      db.asOperator((admin) =>
        admin.query(`update notify.notification_types set ${change} where key = 'daily_digest'`),
      ),
    ).rejects.toThrow('notification_types_digests_are_never_gathered');
  }
  await db.asOperator((admin) =>
    admin.query(`update notify.notification_types set cap_excess = 'drop' where key = 'daily_digest'`),
  );
});

test("NC-13: each person reads their own digests and items, an operator everyone's", async () => {
  const [ann, bob] = [await makePerson(db), await makePerson(db)];
  await gather(db, type, ann);
  const count = `select (select count(*) from notify.digests)::integer || ' ' || (select count(*) from notify.digest_items)`;
  expect(await db.asUser(ann, (me) => one(me, count))).toBe('1 1');
  expect(await db.asUser(bob, (me) => one(me, count))).toBe('0 0');
  expect(await db.asOperator((admin) => one(admin, count))).toBe('1 1');
  for (const sql of [
    'delete from notify.digests',
    'update notify.digests set due_at = now()',
    'select notify_private.close_digests()',
  ])
    await expect(db.asUser(ann, (me) => me.query(sql))).rejects.toThrow('permission denied');
});

test('NC-13: over the API people read their digests with the items in their places, those of others are not there', async () => {
  const [ann, bob] = [await makePerson(db), await makePerson(db)];
  for (const n of [1, 2]) await gather(db, type, ann, { title: `Title ${n}` });
  await gather(db, type, ann, { channel: 'email', dueAt: inDays(1) });
  await gather(db, type, bob);
  await closeDue(db);
  const api = await startTestApi(db);
  try {
    const ask = async (person: string) =>
      (
        await api.ask('{ digests { channel itemCount items { position notification { title } } } }', {
          token: await signToken(person),
        })
      ).data;
    expect(await ask(ann)).toEqual({
      digests: expect.arrayContaining([
        {
          channel: 'push',
          itemCount: 2,
          items: expect.arrayContaining([
            { position: 1, notification: { title: 'Title 1' } },
            { position: 2, notification: { title: 'Title 2' } },
          ]),
        },
        // What waits does not show yet.
        { channel: 'email', itemCount: null, items: [{ position: null, notification: null }] },
      ]),
    });
    expect((await ask(bob)).digests).toHaveLength(1);
  } finally {
    await api.stop();
  }
});

test('NC-13: the phone gets the digest push and the mailbox the digest email, both late after a pause of the workers', async () => {
  const person = await makePerson(db, { devices: [], email: 'ann@example.com' });
  const { token } = await makeDevice(db, person);
  const yesterday = inDays(-1);
  for (let n = 1; n <= 6; n++) {
    await gather(db, type, person, { dueAt: yesterday, title: `Title ${n} ${'x'.repeat(3_000)}` });
    await gather(db, type, person, {
      dueAt: yesterday,
      channel: 'email',
      title: `Title ${n}`,
      body: `Body ${n}\nin two lines`,
    });
  }
  const worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'bulk', settings: sandbox.settings });
  try {
    const [push] = await until('the phone rang', async () => {
      const entries = sandbox.journal.list({ address: token });
      return entries.length > 0 && entries;
    });
    const [mail] = await until('the mail came', async () => {
      const entries = sandbox.journal.list({ address: 'ann@example.com' });
      return entries.length > 0 && entries;
    });
    expect(push).toMatchObject({ status: 200, title: 'Your day: 6 updates' });
    expect(push?.body?.split('\n').map((line) => line.slice(0, 7))).toEqual([
      'Title 1',
      'Title 2',
      'Title 3',
      '…and 3 ',
    ]);
    expect(push?.body?.split('\n').map((line) => line.length)).toEqual([100, 100, 100, 11]);
    expect(mail?.title).toBe('Your day: 6 updates');
    // Everything in full, between the email's head and its foot.
    expect(mail?.body?.replaceAll('\r\n', '\n')).toContain(
      `\n${[1, 2, 3, 4, 5, 6].map((n) => `Title ${n}\nBody ${n}\nin two lines`).join('\n\n')}\n`,
    );
    const [pushDigest] = await digestsOf(db, person);
    expect(push?.data).toMatchObject({ digestId: pushDigest?.id });
  } finally {
    await worker.stop();
  }
  expect(sandbox.journal.list()).toHaveLength(2);
});
