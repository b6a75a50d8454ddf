// Over 300 lines: one table of writers, each tried against one table of rows.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
/** Of what is held by a pause and gathered; of what is awaited by the step of a fallback that is held; promotional. */
let types: { readonly waiting: string; readonly stepped: string; readonly promotional: string };
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`
    insert into notify.fallbacks values ('then_sms', 'SMS after an hour');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('then_sms', 1, '{push}', '1 hour', 'delivered'), ('then_sms', 2, '{sms}', null, 'sent');
    insert into notify.consent_rules (region, regime) values ('US-LK', 'opt_out')`);
  types = {
    waiting: await makeType(db, { channels: ['push', 'email'] }),
    stepped: await makeType(db, { channels: ['push', 'sms'], fallbackKey: 'then_sms' }),
    promotional: await makeType(db, { channels: ['push'], purpose: 'promotional' }),
  };
});
afterAll(() => db.drop());

type World = {
  readonly person: string;
  readonly events: string[];
  /** One that nobody has planned yet. */
  readonly next: string;
  readonly delivery: string;
  readonly token: string;
};

let numbers = 0;
/** Somebody of whom there is one of everything: deliveries that are due, one of them awaited, holds, an open digest, choices, a device. */
async function makeWorld(): Promise<World> {
  const phone = `+1500556${1000 + numbers++}`;
  const person = await makePerson(db, { email: `${phone}@example.com`, phone, timeZone: 'UTC' });
  await db.owner.query(`update notify.users set region = 'US-LK' where id = $1`, [person]);
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, frequency) values ($1, $2, 'email', 'daily')`,
    [person, types.waiting],
  );
  await db.owner.query(
    `insert into notify.category_preferences (user_id, category, channel, enabled) values ($1, 'other', 'push', true)`,
    [person],
  );
  const events = [await tell(db, types.stepped, [person]), await tell(db, types.promotional, [person])];
  await planDue(db);
  await db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
    [person],
  );
  events.push(await tell(db, types.waiting, [person]));
  await planDue(db);
  const next = await tell(db, types.waiting, [person]);
  const delivery = await one<string>(
    db.owner,
    'select id from notify.deliveries where recipient_id = $1 and is_awaited',
    [person],
  );
  const token = await one<string>(db.owner, 'select token from notify.devices where user_id = $1', [person]);
  return { person, events, next, delivery, token };
}

/** The rows of each kind in a world, and which other kinds whoever waits for one of them may hold: those before it. */
const kinds = {
  settings: { rows: () => 'notify.settings where singleton', after: [] },
  types: {
    rows: () => `notify.notification_types where key in ('${Object.values(types).join("','")}')`,
    after: ['settings'],
  },
  events: {
    rows: (w: World) => `notify.events where id in ('${[...w.events, w.next].join("','")}')`,
    after: ['settings', 'types'],
  },
  people: { rows: (w: World) => `notify.users where id = '${w.person}'`, after: ['settings', 'types', 'events'] },
  choices: ofPerson('notify.preferences'),
  categories: ofPerson('notify.category_preferences'),
  personal: ofPerson('notify.personal_settings'),
  devices: ofPerson('notify.devices', 'deliveries'),
  deliveries: {
    rows: (w: World) => `notify.deliveries where recipient_id = '${w.person}'`,
    after: ['settings', 'types', 'events', 'people', 'choices', 'categories', 'personal', 'digests'],
  },
  holds: {
    rows: (w: World) => `notify.holds where recipient_id = '${w.person}' and released_at is null`,
    after: null,
  },
  digests: { rows: (w: World) => `notify.digests where user_id = '${w.person}' and closed_at is null`, after: null },
} satisfies Record<string, { rows: (world: World) => string; after: string[] | null }>;
type Kind = keyof typeof kinds;

function ofPerson(table: string, ...more: string[]) {
  return {
    rows: (w: World) => `${table} where user_id = '${w.person}'`,
    after: ['settings', 'types', 'events', 'people', 'choices', 'categories', 'personal', ...more],
  };
}

type Writer = {
  readonly as?: 'rowbell_user' | 'rowbell_operator';
  readonly before?: (world: World) => string;
  readonly sql: (world: World) => string;
  /** Kinds that it is seen to wait for; those that never wait for anybody are seen to pass. */
  readonly waitsFor: Kind[];
};

const person = (sql: string | ((world: World) => string), ...waitsFor: Kind[]): Writer => ({
  as: 'rowbell_user',
  sql: typeof sql === 'string' ? () => `select ${sql}` : (world) => `select ${sql(world)}`,
  waitsFor,
});
const dueNow = (table: string) => (w: World) =>
  `update ${table} set due_at = now() - interval '1 second' where ${table.endsWith('holds') ? 'recipient_id' : 'user_id'} = '${w.person}'`;

const writers: Record<string, Writer> = {
  'a planner': { sql: (w) => `select notify_private.plan(array['${w.next}'::uuid])`, waitsFor: [] },
  'a release': {
    before: dueNow('notify.holds'),
    sql: () => `select notify_private.release_holds('bulk')`,
    waitsFor: ['deliveries', 'holds'],
  },
  'a closing': {
    before: dueNow('notify.digests'),
    sql: () => 'select notify_private.close_digests()',
    waitsFor: [],
  },
  'a closing that leaves out what is awaited': {
    before: (w) => `${dueNow('notify.digests')(w)};
      insert into notify.preferences (user_id, type_key, channel, enabled) values ('${w.person}', '${types.stepped}', 'push', false);
      update notify.digest_items as i set event_id = n.event_id, notification_id = n.id, channel = 'push'
        from notify.notifications as n where n.recipient_id = '${w.person}' and n.type_key = '${types.stepped}' and i.recipient_id = n.recipient_id;
      update notify.digests set channel = 'push' where user_id = '${w.person}'`,
    sql: () => 'select notify_private.close_digests()',
    waitsFor: ['deliveries'],
  },
  'a cancellation': {
    sql: (w) => `select notify_private.cancel_events('{${w.events.join()}}')`,
    waitsFor: ['events', 'people', 'deliveries', 'holds'],
  },
  "operators' settings": {
    as: 'rowbell_operator',
    sql: () => `select notify.update_settings(daily_cap => 50, digest_time => (now() + interval '3 hours')::time(0))`,
    waitsFor: ['settings', 'people', 'holds', 'digests'],
  },
  "operators' digest time, where nothing is held": {
    as: 'rowbell_operator',
    before: (w) =>
      `update notify.holds set released_at = now(), outcome = 'suppress' where recipient_id = '${w.person}'`,
    sql: () => `select notify.update_settings(digest_weekday => 2)`,
    waitsFor: ['settings', 'people', 'digests'],
  },
  'a type that becomes urgent': {
    sql: () => `update notify.notification_types set priority = 'P0' where key = '${types.waiting}'`,
    waitsFor: ['types', 'people', 'holds'],
  },
  'a move, by the application': {
    sql: (w) => `update notify.users set time_zone = 'Asia/Tokyo' where id = '${w.person}'`,
    waitsFor: ['people', 'holds', 'digests'],
  },
  "a person's settings": person(
    `notify.update_personal_settings(paused_until => now() + interval '2 hours', digest_time => '12:00', time_zone => 'Asia/Tokyo')`,
    ...(['people', 'personal', 'holds', 'digests'] as const),
  ),
  "a person's digest time": person(
    `notify.update_personal_settings(digest_time => '12:00')`,
    'people',
    'personal',
    'digests',
  ),
  'settings taken back': person('notify.reset_personal_settings()', 'people', 'personal', 'holds'),
  'a choice for a type': person(() => `notify.set_preference('${types.waiting}', 'email', false)`, 'people', 'choices'),
  'a choice that ends a message': person(
    () => `notify.set_type_preferences('${types.stepped}', false)`,
    ...(['people', 'deliveries', 'holds'] as const),
  ),
  'a choice for a category': person(
    `notify.set_category_preference('test', 'push', false)`,
    ...(['people', 'deliveries', 'holds'] as const),
  ),
  'a choice taken back': person(() => `notify.reset_preference('${types.waiting}')`, 'people', 'choices'),
  'a category taken back': person(`notify.reset_category_preference('other')`, 'people', 'categories'),
  'all choices taken back': person('notify.reset_preferences()', 'people', 'choices', 'categories'),
  'consent withdrawn': person(`notify.withdraw_consent(method => 'settings')`, 'people', 'deliveries'),
  'a device registered again': {
    as: 'rowbell_user',
    sql: (w) => `select notify.register_device('apns', '${w.token}')`,
    waitsFor: ['people', 'devices'],
  },
  'a link to unsubscribe': {
    sql: (w) => `select notify_private.unsubscribe('${w.person}', null)`,
    waitsFor: ['people', 'choices'],
  },
  'a preference page': {
    sql: (w) => `select notify_private.save_email_preferences('${w.person}', '{"${types.waiting}": "never"}', null)`,
    waitsFor: ['people', 'choices'],
  },
  'a receipt': {
    before: (w) =>
      `update notify.deliveries set status = 'sent', sent_at = now(), due_at = null, attempt = 1 where id = '${w.delivery}'`,
    sql: (w) => `select notify_private.record_receipt('${w.delivery}', 'delivered', 'provider')`,
    waitsFor: ['deliveries', 'holds'],
  },
  // An erasure has the person, and no message of theirs is on its way, before it deletes anything: in whatever order it does.
};

describe('W44: what a writer holds while it waits for a row comes before that row:', () => {
  test.each(Object.keys(writers))('%s', async (name) => {
    const writer = writers[name] as Writer;
    const waited: Kind[] = [];
    const early: string[] = [];
    for (const kind of Object.keys(kinds) as Kind[]) {
      const held = await heldWhileWaiting(kind, writer);
      if (!held) continue;
      waited.push(kind);
      const { after } = kinds[kind];
      early.push(
        ...held.filter((other) => after && !(after as string[]).includes(other)).map((o) => `${o} before ${kind}`),
      );
      // Whose digest it is: so nobody ever waits for one but who has its person, and none of the others does.
      if (kind === 'digests' && !held.includes('people')) early.push('digests before people');
    }
    expect({ early, waited }).toEqual({ early: [], waited: expect.arrayContaining(writer.waitsFor) });
    if (writer.waitsFor.length === 0) expect(waited).toEqual([]);
  });

  /** The kinds of which it has rows by then; null: it does not wait for this one. */
  async function heldWhileWaiting(kind: Kind, { as, before, sql }: Writer): Promise<Kind[] | null> {
    const world = await makeWorld();
    if (before) await db.owner.query(before(world));
    const [holder, client] = [await db.owner.connect(), await db.owner.connect()];
    try {
      await holder.query('begin');
      // As they are locked by those who change them: rows that refer to them can still be written.
      const strength = ['people', 'types', 'settings'].includes(kind) ? 'no key update' : 'update';
      await holder.query(`select from ${kinds[kind].rows(world)} for ${strength}`);
      await client.query('begin');
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await signIn(client, as, world.person);
      let isThrough = false;
      const written = client.query(sql(world)).finally(() => {
        isThrough = true;
      });
      written.catch(() => {});
      const isWaiting = () => one<boolean>(db.owner, 'select cardinality(pg_blocking_pids($1)) > 0', [rows[0]?.pid]);
      await until('it waits or is through', async () => isThrough || (await isWaiting()), { everyMs: 5 });
      const held: Kind[] = [];
      for (const other of isThrough ? [] : (Object.keys(kinds) as Kind[])) {
        const source = kinds[other].rows(world);
        if (other === kind) continue;
        const taken = `select (select count(*) from ${source}) > count(*) from (select from ${source} for no key update skip locked)`;
        if (await one<boolean>(db.owner, taken)) held.push(other);
      }
      const waits = !isThrough;
      await holder.query('rollback');
      await written;
      return waits ? held : null;
    } finally {
      await holder.query('rollback');
      await client.query('rollback');
      holder.release();
      client.release();
      // Of the next world nothing else is due.
      await db.owner.query('update notify.events set planned_at = coalesce(planned_at, now())');
    }
  }

  async function signIn(client: Client, as: Writer['as'], user: string): Promise<void> {
    if (as) await client.query(`set local role ${as}`);
    await client.query(`select set_config('rowbell.user_id', $1, true)`, [user]);
  }
});

test("W44: operators' settings take all whom they concern at once, by id: of the digests as of the holds", async () => {
  const [first, second] = [await makeWorld(), await makeWorld()];
  // The one has a digest and no hold, the other a hold and no digest.
  await db.owner.query(`update notify.holds set released_at = now(), outcome = 'suppress' where recipient_id = $1`, [
    first.person,
  ]);
  await db.owner.query('delete from notify.digests where user_id = $1', [second.person]);
  await db.asOwner(async (holder) => {
    await holder.query('select from notify.users where id = $1 for no key update', [first.person]);
    const changed = db.owner.query(`update notify.settings set digest_time = '13:00'`);
    await until('it waits', () =>
      one<boolean>(
        db.owner,
        `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`,
      ),
    );
    const free = 'select exists (select from notify.users where id = $1 for no key update skip locked)';
    expect(await one<boolean>(db.owner, free, [second.person])).toBe(true);
    await holder.query('rollback');
    await changed;
  });
});

/** The case as it was met. The planner is slowed down between its steps, which is when the others come. */
describe('W44: while somebody is planned for, the change waits and then is made:', () => {
  const changes: Record<string, (person: string) => string> = {
    "operators' digest time": () =>
      `update notify.settings set digest_time = case digest_time when '10:00' then time '11:00' else '10:00' end`,
    "a person's settings": (id) =>
      `update notify.personal_settings set digest_time = '12:00', paused_until = now() + interval '2 hours' where user_id = '${id}'`,
    "a person's zone": (id) => `update notify.users set time_zone = 'Asia/Tokyo' where id = '${id}'`,
  };
  test.each(Object.keys(changes))('%s', async (name) => {
    const world = await makeWorld();
    const [planner, changer] = [await db.owner.connect(), await db.owner.connect()];
    try {
      await planner.query('begin');
      await planner.query('select from notify.users where id = $1 for no key update', [world.person]);
      const { rows } = await changer.query<{ pid: number }>('select pg_backend_pid() as pid');
      const changed = changer.query(changes[name]?.(world.person) ?? '').then(
        ({ rowCount }) => rowCount,
        (error) => error.code,
      );
      await until('it waits', () =>
        one<boolean>(db.owner, 'select cardinality(pg_blocking_pids($1)) > 0', [rows[0]?.pid]),
      );
      await planner.query('select notify_private.plan(array[$1::uuid])', [world.next]);
      await planner.query('commit');
      expect(await changed).toBe(1);
    } finally {
      planner.release();
      changer.release();
    }
  });
});
