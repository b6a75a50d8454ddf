import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
let type: string;
/** As a statement lists them. */
let names: string[];

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  type = await makeType(db);
  api = await startTestApi(db);
  names = await one<string[]>(db.owner, 'select notify_hidden.iana_time_zones()');
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

/** What the wall clock shows, by ICU's copy of the time zone database: "2026-07-01 12:00:00". */
const shownBy = (zone: string, at: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at);

test('W24: the names are those of the time zone database that PostgreSQL brings, and JavaScript knows each', async () => {
  const { rows } = await db.owner.query<{ name: string }>(
    `select name from pg_timezone_names where name !~ '^(posix|right)/' and name not in ('Factory', 'localtime', 'posixrules')`,
  );
  expect([...names].sort()).toEqual(rows.map(({ name }) => name).sort());
  expect(names.filter((name) => !shownBy(name, 0))).toEqual([]);
  expect(Intl.supportedValuesOf('timeZone').filter((name) => !names.includes(name))).toEqual([]);
  const accepted = await one<boolean>(
    db.owner,
    'select bool_and(notify_hidden.is_time_zone(z)) from unnest(notify_hidden.iana_time_zones()) as z',
  );
  expect(accepted).toBe(true);
});

const noZones = [
  ...[
    'IST',
    'PST',
    'BST',
    'PDT',
    'CEST',
    'AEST',
    'JST',
    'Z',
    'utc+3',
    'UTC+3',
    '+03:00',
    'Factory',
    'localtime',
    'posixrules',
  ],
  ...[
    'posix/Europe/Paris',
    'Europe/Atlantis',
    'Europe',
    '',
    ' Europe/Paris',
    'Europe/Paris ',
    '<A>-3',
    'now',
    'default',
  ],
];

test.each(noZones)('W24: %j is no zone, wherever one enters', async (name) => {
  expect(await one(db.owner, 'select notify_hidden.is_time_zone($1)', [name])).toBe(false);
  const person = await createUser(db);
  const token = await signToken(person);
  await expect(
    db.asWriter((client) => client.query(`update notify.users set time_zone = $2 where id = $1`, [person, name])),
  ).rejects.toThrow(/users_time_zone_is_known/);
  await expect(
    db.asWriter((client) => client.query(`insert into notify.import_users (time_zone) values ($1)`, [name])),
  ).rejects.toThrow(/users_time_zone_is_known/);
  await expect(
    db.asWriter((client) => client.query(`select notify.create_schedule($1, '09:00', time_zone => $2)`, [type, name])),
  ).rejects.toThrow(/time_zone: there is no IANA time zone/);
  const settings = await api.ask(
    'mutation ($z: String!) { updatePersonalSettings(input: { timeZone: $z }) { result { timeZone } } }',
    { token, variables: { z: name } },
  );
  expect(settings.codes).toEqual(['INVALID_INPUT']);
  const figures = await api.ask('query ($z: String!) { analyticsOverTime(step: day, timeZone: $z) { startsAt } }', {
    token,
    variables: { z: name },
  });
  expect(figures.codes).toEqual(['INVALID_INPUT']);
});

describe('W24: in any spelling a zone is stored in its own', () => {
  const spelled: readonly [string, string][] = [
    ['europe/paris', 'Europe/Paris'],
    ['AMERICA/PORT-AU-PRINCE', 'America/Port-au-Prince'],
    ['est5edt', 'EST5EDT'],
    ['cet', 'CET'],
    ['utc', 'UTC'],
    ['etc/gmt+5', 'Etc/GMT+5'],
    ['nz-chat', 'NZ-CHAT'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ];
  test.each(spelled)('%s', async (written, stored) => {
    const person = await createUser(db);
    const token = await signToken(person);
    const zoneOf = (id: string) => one<string>(db.owner, 'select time_zone from notify.users where id = $1', [id]);
    await db.asWriter(
      (client) => client.query('update notify.users set time_zone = $2 where id = $1', [person, written]),
      {
        commit: true,
      },
    );
    expect(await zoneOf(person)).toBe(stored);
    await db.asWriter((client) => client.query('update notify.users set time_zone = null where id = $1', [person]), {
      commit: true,
    });
    const { data } = await api.ask(
      'mutation ($z: String!) { updatePersonalSettings(input: { timeZone: $z }) { result { timeZone } } }',
      { token, variables: { z: written } },
    );
    expect(data.updatePersonalSettings.result.timeZone).toBe(stored);
    expect(await zoneOf(person)).toBe(stored);
    await db.asWriter(
      async (client) => {
        await client.query('insert into notify.import_users (external_id, time_zone) values ($1, $2)', [
          `imported ${written}`,
          written,
        ]);
        await client.query(`select notify.create_schedule($1, '09:00', time_zone => $2)`, [type, written]);
      },
      { commit: true },
    );
    expect(
      await one(db.owner, 'select time_zone from notify.users where external_id = $1', [`imported ${written}`]),
    ).toBe(stored);
    const clocks = await one(
      db.owner,
      `select array[s.time_zone, c.time_zone] from notify.schedules as s join notify.schedule_clocks as c on c.schedule_id = s.id
       order by s.id desc limit 1`,
    );
    expect(clocks).toEqual([stored, stored]);
    const figures = await api.ask(
      'query ($z: String!) { analyticsOverTime(step: day, timeZone: $z, since: "2026-07-01T12:00:00Z", until: "2026-07-02T12:00:00Z") { startsAt } }',
      { token, variables: { z: written } },
    );
    expect(shownBy(stored, Date.parse(figures.data.analyticsOverTime[0].startsAt)).slice(11)).toBe('00:00:00');
  });
});

test('W24: every zone is read as the zone it names, in a session of any zone, as JavaScript reads it', async () => {
  // Names without a slash are those that could be abbreviations.
  const short = names.filter((name) => !name.includes('/'));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constantFrom(...short), fc.constantFrom(...names)),
      fc.oneof(
        fc.constantFrom('UTC', 'Europe/Moscow', 'America/New_York', 'Asia/Kolkata', 'Asia/Manila'),
        fc.constantFrom(...names),
      ),
      // Of what has been since, one's copy may know more than the other's.
      fc.integer({ min: Date.UTC(2022, 0, 1) / 60_000, max: Date.UTC(2025, 0, 1) / 60_000 }),
      async (zone, session, minutes) => {
        const at = minutes * 60_000;
        const shown = shownBy(zone, at);
        const [day, time] = shown.split(' ') as [string, string];
        const read = await db.asOwner(async (client) => {
          await client.query(`select set_config('timezone', $1, true)`, [session]);
          const { rows } = await client.query(
            `select (to_timestamp($2) at time zone notify_hidden.clock_zone($1))::text as shown,
               extract(epoch from notify_private.local_instant($3::timestamp, $1, 'first'))::float8 as instant,
               extract(epoch from notify_private.next_local($4, null, $1, to_timestamp($2) - interval '1 microsecond'))::float8 as next,
               extract(epoch from notify_private.quiet_until(
                 array[row(extract(isodow from $3::date), $4::time - interval '1 minute', $4::time + interval '1 minute')::notify.quiet_window],
                 $1, to_timestamp($2)))::float8 as quiet`,
            [zone, at / 1000, shown, time],
          );
          return rows[0];
        });
        expect(read.shown).toBe(shown);
        // The other instant of an hour shown twice is the first.
        if (shownBy(zone, at - 3_600_000) !== shown && shownBy(zone, at - 1_800_000) !== shown) {
          expect([day, read.instant, read.next]).toEqual([day, at / 1000, at / 1000]);
        }
        if (time > '00:01' && time < '23:58') expect(read.quiet).toBeGreaterThan(at / 1000);
      },
    ),
    { numRuns: 400 },
  );
});

test('W24: who lives by CET has the summer of Brussels: their day, their quiet hours and their digest', async () => {
  const person = await makePerson(db, { timeZone: 'CET' });
  const at = '2026-07-02T22:30:00Z';
  await db.owner.query(
    `insert into notify.personal_settings (user_id, quiet_hours) values ($1, '{"(5,00:00,07:00)"}')`,
    [person],
  );
  const { rows } = await db.owner.query(
    `select day::text, quiet_until from notify_private.rule_inputs(
       array[notify_private.candidate(null, uuidv7(), $1, $2, 'push')], $3)`,
    [type, person, at],
  );
  expect(rows).toEqual([{ day: '2026-07-03', quiet_until: new Date('2026-07-03T05:00:00Z') }]);
});
