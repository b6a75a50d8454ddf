// Over 300 lines: one Monday in every zone, and each kind of week before it.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { engineOf } from '../support/worker-context.ts';
import {
  asService,
  done,
  invite,
  type Listener,
  type ListenerOptions,
  mailTo,
  makeListener,
  pushesTo,
  startWorld,
  untilSettled,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  // The Monday of these tests may lie some days back.
  await world.db.owner.query(
    `update notify.notification_types set expires_after = '30 days' where key = 'juke_weekly_recap'`,
  );
});
afterAll(() => world.stop());

/** The last Monday on which it was nine o'clock in a zone: on this Monday's morning, that of a week ago. */
const lastMonday = (zone: string) => `date_trunc('week', now() at time zone ${zone} - interval '9 hours')`;

/** This many seconds of a track at a local time of the week before that Monday (day 1) of their own. */
async function listened(
  person: Listener,
  zone: string,
  day: number,
  time: string,
  track: string,
  seconds: number,
  sitting: string = randomUUID(),
) {
  const [artist, title] = track.split(' – ');
  await asService(
    world.db,
    `insert into juke.listens (user_id, sitting_key, artist, track, seconds, listened_at)
     select $1, $2, $3, $4, $5, (${lastMonday('$6')} - interval '8 days' + make_interval(days => $7::integer) + $8::time) at time zone $6`,
    [person.id, sitting, artist, title, seconds, zone, day, time],
  );
}
/** Sets the clock of each zone back to its last Monday at nine, and lets a worker's look come. */
async function mondayPasses(...zones: string[]) {
  await world.db.owner.query(
    `update notify.schedule_clocks as c
     set next_at = (${lastMonday('c.time_zone')} + interval '9 hours') at time zone c.time_zone, last_on = null
     from notify.schedules as s
     where s.id = c.schedule_id and s.type_key = 'juke_weekly_recap' and c.time_zone = any ($1)`,
    [zones],
  );
  while (await engineOf(world.db).fireSchedules());
  await planDue(world.db);
}
async function work() {
  const worker = await world.work();
  await untilSettled(world);
  await worker.stop();
}
const recapsOf = (person: Listener) =>
  world.db.owner
    .query<{ body: string }>(
      `select body from notify.notifications where recipient_id = $1 and type_key = 'juke_weekly_recap'`,
      [person.id],
    )
    .then(({ rows }) => rows.map(({ body }) => body));

describe('JK-5 weekly recap', () => {
  test('every Monday at 09:00 of each zone, through a year with its changes of the clock', async () => {
    const { rows } = await world.db.owner.query<{ time_zone: string; total: number; wrong: number }>(`
      with recursive s as (select s from notify.schedules as s where s.type_key = 'juke_weekly_recap'),
      firings as (
        select z.name, s.s, notify_private.next_occurrence(s.s, z.name, '2026-01-01 00:00Z', null) as at
        from s cross join unnest('{America/New_York,Europe/Paris,Asia/Kathmandu,Australia/Lord_Howe,Pacific/Kiritimati}'::text[]) as z (name)
        union all
        select f.name, f.s, notify_private.next_occurrence(f.s, f.name, f.at, null) from firings as f where f.at < '2027-01-01 00:00Z'
      )
      select name as time_zone, count(*)::integer as total,
        (count(*) filter (where extract(isodow from at at time zone name) <> 1 or (at at time zone name)::time <> '09:00'))::integer as wrong
      from firings where at < '2027-01-01 00:00Z' group by name order by name`);
    expect(rows.map(({ total, wrong }) => [total, wrong])).toEqual(Array(5).fill([52, 0]));
    // One schedule, a clock for each zone that a person may name.
    expect(
      await one(
        world.db.owner,
        `select count(*) > 400 and bool_and(extract(isodow from c.next_at at time zone c.time_zone) = 1)
         from notify.schedule_clocks as c join notify.schedules as s on s.id = c.schedule_id where s.type_key = 'juke_weekly_recap'`,
      ),
    ).toBe(true);
  });

  test('minutes, sessions, top artist and top track of their own week, by push and email; nothing without listens', async () => {
    const zone = 'America/New_York';
    const person = (options: ListenerOptions = {}) => makeListener(world.db, { timeZone: zone, ...options });
    const [ada, chloe, silent, before] = [
      await person(),
      await person({ locale: 'fr' }),
      await person(),
      await person(),
    ];
    const sitting = randomUUID();
    await listened(ada, zone, 1, '00:00', 'Nina – Sinnerman', 600, sitting);
    await listened(ada, zone, 3, '20:00', 'Nina – Feeling Good', 180, sitting);
    await listened(ada, zone, 7, '23:59:59', 'Miles – So What', 700);
    // On either side of the week, and somebody else's.
    await listened(ada, zone, 0, '23:59:59', 'Wrong – Last Week', 9000);
    await listened(ada, zone, 8, '00:00', 'Wrong – Next Week', 9000);
    await listened(chloe, zone, 2, '08:00', 'Air – Sexy Boy', 61);
    await listened(before, zone, 0, '12:00', 'Wrong – Last Week', 9000);
    await mondayPasses(zone);
    await work();
    const body = 'Minutes: 25 · Sessions: 2 · Top artist: Nina · Top track: So What';
    expect(pushesTo(world, ada.token)).toMatchObject([{ title: 'Your week in music', body }]);
    expect(pushesTo(world, chloe.token)).toMatchObject([
      { body: 'Minutes : 2 · Sessions : 1 · Artiste : Air · Titre : Sexy Boy' },
    ]);
    const [mail, ...more] = mailTo(world, ada.email);
    expect([mail?.title, more]).toEqual(['Your week in music', []]);
    expect(JSON.stringify(mail)).toContain('Top track: So What');
    for (const { token, email } of [silent, before])
      expect([...pushesTo(world, token), ...mailTo(world, email)]).toEqual([]);
    // Due again for whatever reason, and in another zone for who moved there on the day: a week is told once. On Mondays nine
    // o'clock is past in one of these zones and not in the next.
    const elsewhere = await one<string>(
      world.db.owner,
      `select z from unnest('{Pacific/Honolulu,Europe/Paris}'::text[]) as z where ${lastMonday('z')} = ${lastMonday('$1')} limit 1`,
      [zone],
    );
    await world.db.owner.query('update notify.users set time_zone = $2 where id = $1', [ada.id, elsewhere]);
    await world.db.owner.query('delete from notify_private.event_keys');
    await mondayPasses(zone, elsewhere);
    await work();
    expect(await recapsOf(ada)).toEqual([body]);
    expect(pushesTo(world, chloe.token)).toHaveLength(1);
  });

  test('each zone has its own week and its own moment', async () => {
    const [east, west] = ['Pacific/Auckland', 'America/Los_Angeles'];
    const [ada, ben] = [
      await makeListener(world.db, { timeZone: east }),
      await makeListener(world.db, { timeZone: west }),
    ];
    await listened(ada, east, 1, '00:30', 'Nina – Sinnerman', 120);
    await listened(ben, west, 7, '23:30', 'Miles – So What', 120);
    await mondayPasses(east);
    expect([await recapsOf(ada), await recapsOf(ben)]).toEqual([[expect.stringContaining('Nina')], []]);
    await mondayPasses(west);
    expect(await recapsOf(ben)).toEqual([expect.stringContaining('Miles')]);
    const { rows } = await world.db.owner.query<{ local: string }>(
      `select to_char(due_at at time zone (data ->> 'time_zone'), 'ID HH24:MI') as local from notify.events where type_key = 'juke_weekly_recap'`,
    );
    expect(new Set(rows.map(({ local }) => local))).toEqual(new Set(['1 09:00']));
  });

  test('the week in which the clocks change has 167 or 169 hours', async () => {
    const zone = 'Europe/Paris';
    const ada = await makeListener(world.db, { timeZone: zone });
    // Local hours of two weeks, the second of which ends with the change to winter time; one listen an hour, a minute each.
    await asService(
      world.db,
      `insert into juke.listens (user_id, sitting_key, artist, track, seconds, listened_at)
       select $1, uuidv7(), 'Nina', 'Sinnerman', 60, h
       from generate_series('2025-10-12 22:00Z'::timestamptz, '2025-10-27 22:00Z', interval '1 hour') as h`,
      [ada.id],
    );
    const minutes = (day: string) =>
      one<string>(
        world.db.owner,
        `with e as (
           insert into notify.events (type_key, data) values ('juke_weekly_recap', jsonb_build_object('local_date', $1::date, 'time_zone', $2::text))
           returning id
         ) select id from e`,
        [day, zone],
      ).then((id) =>
        one<number>(
          world.db.owner,
          `select (variables ->> 'Minutes')::integer from juke_private.weekly_recap_audience(array[$1::uuid]) where recipient_id = $2`,
          [id, ada.id],
        ),
      );
    expect([await minutes('2025-10-20'), await minutes('2025-10-27')]).toEqual([168, 169]);
    await world.db.owner.query(`update notify.events set canceled_at = now() where planned_at is null`);
  });
});

test('JK-5 the example of docs/juke.md does what it says', async () => {
  const ben = '00000000-0000-7000-8000-0000000000a2';
  await world.db.owner.query(`insert into notify.users (id, name, region) values ($1, 'Ben', 'DE')`, [ben]);
  await world.db.owner.query(
    `insert into notify.devices (user_id, provider, token) values ($1, 'fcm', 'fcm-of-ben-by-the-page')`,
    [ben],
  );
  const page = readFileSync(new URL('../../docs/juke.md', import.meta.url), 'utf8');
  await world.db.owner.query(/```sql\n(.*?)```/s.exec(page)?.[1] as string);
  await work();
  expect(pushesTo(world, 'fcm-of-ben-by-the-page')).toMatchObject([
    { body: 'Minutes: 10 · Sessions: 1 · Top artist: Nina Simone · Top track: Sinnerman' },
  ]);
});

describe('JK-9 consent by region', () => {
  test('withdrawn between planning and sending: what no worker has yet is not sent, on the channel it was withdrawn for or on all', async () => {
    const zone = 'Europe/Vienna';
    const people = await Promise.all([1, 2, 3].map(() => makeListener(world.db, { timeZone: zone, region: 'AT' })));
    for (const person of people) {
      await asService(world.db, `select notify.record_consent_for($1, 'terms 3', 'signup_form')`, [person.id]);
      await listened(person, zone, 2, '10:00', 'Nina – Sinnerman', 600);
    }
    const [all, push, none] = people as [Listener, Listener, Listener];
    await mondayPasses(zone);
    const host = await makeListener(world.db, { name: 'Hugo' });
    await invite(world, host, people);
    await planDue(world.db);
    const withdraw = 'mutation ($c: Channel) { withdrawConsent(input: { channel: $c }) { result { granted } } }';
    await done(world, all.jwt, withdraw);
    await done(world, push.jwt, withdraw, { c: 'push' });
    await work();
    const got = ({ token, email }: Listener) => [
      pushesTo(world, token)
        .map(({ title }) => title)
        .sort(),
      mailTo(world, email)
        .map(({ title }) => title)
        .sort(),
    ];
    const [asked, recap] = ['Hugo invites you to listen along', 'Your week in music'];
    expect([all, push, none].map(got)).toEqual([
      [[asked], [asked]],
      [[asked], [asked, recap]],
      [
        [asked, recap],
        [asked, recap],
      ],
    ]);
    const { rows } = await world.db.owner.query(
      `select channel, status, reason from notify.deliveries where recipient_id = $1 and status <> 'sent' and channel <> 'in_app' order by channel`,
      [all.id],
    );
    expect(rows).toEqual(
      ['email', 'push'].map((channel) => ({ channel, status: 'canceled', reason: 'consent_withdrawn' })),
    );
  });

  test('a region of opt-in gets no recap without a recorded consent; an invite passes; a withdrawal ends it', async () => {
    const zone = 'Europe/Berlin';
    const person = (region: string | null) => makeListener(world.db, { timeZone: zone, region });
    const [us, without, agreed, withdrew, nowhere] = [
      await person('US'),
      await person('DE'),
      await person('DE'),
      await person('DE'),
      await person(null),
    ];
    const all = [us, without, agreed, withdrew, nowhere];
    for (const { id } of [agreed, withdrew])
      await asService(world.db, `select notify.record_consent_for($1, 'terms 3', 'signup_form')`, [id]);
    await asService(world.db, `select notify.withdraw_consent_for($1, 'settings_page')`, [withdrew.id]);
    for (const one of all) await listened(one, zone, 2, '10:00', 'Nina – Sinnerman', 600);
    await mondayPasses(zone);
    const host = await makeListener(world.db, { name: 'Hugo', region: 'DE' });
    const { rows: sessions } = await asService(
      world.db,
      `insert into juke.listening_sessions (host_id, name) values ($1, 'Friday') returning id`,
      [host.id],
    );
    await asService(
      world.db,
      'insert into juke.invites (listening_session_id, invitee_id) select $1, unnest($2::uuid[])',
      [(sessions[0] as { id: string }).id, all.map(({ id }) => id)],
    );
    await work();
    const titles = all.map(({ token }) =>
      pushesTo(world, token)
        .map(({ title }) => title)
        .sort(),
    );
    const [invite, recap] = ['Hugo invites you to listen along', 'Your week in music'];
    expect(titles).toEqual([[invite, recap], [invite], [invite, recap], [invite], [invite]]);
    const { rows } = await world.db.owner.query(
      `select distinct rule, reason from notify.decisions where recipient_id = any($1) and outcome = 'suppress' and channel = 'push'`,
      [all.map(({ id }) => id)],
    );
    expect(rows.map(({ rule }) => rule)).toEqual(['consent', ...Array(rows.length - 1).fill('consent')]);
    // When, how, which text, which region; nobody changes it, and it is part of what is exported.
    const record = await world.db.asUser(agreed.id, (me) =>
      me
        .query('select granted, method, text_version, region, recorded_at from notify.consents')
        .then(({ rows }) => rows),
    );
    expect(record).toEqual([
      { granted: true, method: 'signup_form', text_version: 'terms 3', region: 'DE', recorded_at: expect.any(Date) },
    ]);
    await expect(asService(world.db, 'update notify.consents set granted = true')).rejects.toThrow(/permission denied/);
    const lines = await world.db.asUser(agreed.id, (me) =>
      me.query('select * from notify.export_my_data()').then(({ rows }) => JSON.stringify(rows)),
    );
    expect(lines).toContain('terms 3');
    expect(lines).toContain('Sinnerman');
  });
});
