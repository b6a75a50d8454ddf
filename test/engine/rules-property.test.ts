import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionsOf, forget, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { zoneAt } from '../support/wall-clock.ts';

let db: TestDatabase;
const people: string[] = [];
const types: string[] = [];
const shapes = [
  { priority: 'P1', dedupeKey: null },
  { priority: 'P1', dedupeKey: 'shared:{Key}' },
  { priority: 'P0', dedupeKey: 'shared:{Key}' },
  { priority: 'P0', dedupeKey: null },
  { priority: 'P1', dedupeKey: 'own:{Key}:{userId}', enabled: false },
] as const;
const channels = ['push', 'email', 'in_app'];

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  for (const shape of shapes)
    types.push(await makeType(db, { ...shape, channels, defaultChannels: ['push', 'email'] }));
  // No day ends while they count.
  for (const timeZone of [3, 12, 20].map(zoneAt)) {
    people.push(await makePerson(db, { timeZone, devices: [] }));
  }
});
afterAll(() => db.drop());

const personState = fc.record({
  devices: fc.nat(2),
  mailbox: fc.boolean(),
  suppressed: fc.boolean(),
  choices: fc.array(fc.record({ type: fc.nat(4), channel: fc.constantFrom(...channels), enabled: fc.boolean() }), {
    maxLength: 4,
  }),
});
const setUp = fc.record({
  cap: fc.integer({ min: 1, max: 4 }),
  people: fc.tuple(personState, personState, personState),
  events: fc.array(
    fc.record({
      type: fc.nat(4),
      key: fc.constantFrom('a', 'b'),
      to: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});
type SetUp = typeof setUp extends fc.Arbitrary<infer T> ? T : never;

async function arrange({ cap, people: states }: SetUp): Promise<void> {
  await forget(db);
  await db.owner.query('delete from notify.devices; delete from notify.preferences');
  await db.owner.query('update notify.settings set daily_cap = $1', [cap]);
  for (const [n, { devices, mailbox, suppressed, choices }] of states.entries()) {
    const mail = `p${n}@example.com`;
    await db.owner.query('update notify.users set email = $2 where id = $1', [people[n], mailbox ? mail : null]);
    await db.owner.query(
      `insert into notify.devices (user_id, provider, token) select $1::uuid, 'apns', $1::text || '-' || n from generate_series(1, $2::integer) as n`,
      [people[n], devices],
    );
    if (suppressed) {
      await db.owner.query(
        `insert into notify.suppressions (channel, address, reason) values ('email', $1, 'complaint')`,
        [mail],
      );
    }
    for (const { type, channel, enabled } of choices) {
      await db.owner.query(
        'insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, $2, $3, $4) on conflict do nothing',
        [people[n], types[type], channel, enabled],
      );
    }
  }
}

/** Tells the events; `at once` plans them in one call, otherwise each by itself. What was decided, without ids. */
async function outcomes(set: SetUp, atOnce: boolean): Promise<unknown[]> {
  await arrange(set);
  const order = new Map<string, number>();
  for (const [n, { type, key, to }] of set.events.entries()) {
    const recipients = to.map((index) => people[index] as string);
    order.set(await tell(db, types[type] as string, recipients, { variables: { Key: key } }), n);
    if (!atOnce) await planDue(db);
  }
  if (atOnce) await planDue(db);
  const number = (event: unknown) => order.get(String(event)) ?? null;
  return (await decisionsOf(db)).map(({ eventId, inputs, ...decision }) => ({
    event: number(eventId),
    ...decision,
    inputs: inputs && { ...inputs, until: null, first_event_id: number(inputs.first_event_id) },
  }));
}

test('every candidate ends as exactly one decision, sends have deliveries, and a call is worth its events one by one', async () => {
  await fc.assert(
    fc.asyncProperty(setUp, async (set) => {
      const oneByOne = await outcomes(set, false);
      const atOnce = await outcomes(set, true);
      expect(atOnce).toEqual(oneByOne);

      // Candidates are event x recipient x channel of the type, known before any rule spoke.
      const candidates = set.events.flatMap(({ to }, event) =>
        to.flatMap((index) => channels.map((channel) => `${event} ${people[index]} ${channel}`)),
      );
      const decided = (atOnce as { event: number; recipientId: string; channel: string }[]).map(
        ({ event, recipientId, channel }) => `${event} ${recipientId} ${channel}`,
      );
      expect(decided.sort()).toEqual(candidates.sort());

      const { rows } = await db.owner.query(`
        select
          (select count(*) from notify.decisions)
            = (select count(*) filter (where outcome = 'send') + count(*) filter (where outcome = 'suppress') from notify.decisions) as summed,
          (select count(*) from notify.decisions where outcome = 'send')
            = (select count(distinct (notification_id, channel)) from notify.deliveries) as "sentHaveDeliveries",
          not exists (select from notify.notifications as n
            where not exists (select from notify.decisions as d where d.notification_id = n.id)) as "noneUnasked",
          not exists (
            select from (
              select d.recipient_id, d.channel, count(*) as sent from notify.decisions as d
              where d.outcome = 'send' and d.channel <> 'in_app' group by d.recipient_id, d.channel
            ) as s
            where s.sent is distinct from (
              select sum(n.count) from notify_private.daily_counters as n
              where n.recipient_id = s.recipient_id and n.channel = s.channel)
          ) as counted`);
      expect(rows[0]).toEqual({ summed: true, sentHaveDeliveries: true, noneUnasked: true, counted: true });
    }),
    { numRuns: 60 },
  );
});
