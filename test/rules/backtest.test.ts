import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { expectNoEffect } from '../support/no-effect.ts';
import { type Life, live, relive } from '../support/rules-life.ts';
import { hour } from '../support/rules-world.ts';

type Row = {
  readonly name: string;
  readonly outcome: string;
  readonly rule: string | null;
  readonly new_outcome: string;
  readonly new_rule: string | null;
  readonly new_at: Date;
};
const always = [1, 2, 3, 4, 5, 6, 7];
const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

const moved = new Map<string, number>();
describe.each([11, 12, 13])('W16, W43: world %i, in which people move between time zones', (seed) => {
  let db: TestDatabase;
  let life: Life;
  const now = Date.now();
  beforeAll(async () => {
    db = await createDatabase();
    life = await live(db, seed, 60, 40, { moves: true });
  });
  afterAll(() => db.drop());

  const backtest = (changes: object): Promise<Row[]> =>
    db.asOwner(async (client) => {
      // Even PostgreSQL is told that nothing may be written.
      await client.query('set transaction read only');
      const { rows } = await client.query<Row>(
        `select event_id || ' ' || recipient_id || ' ' || channel as name, outcome, rule, new_outcome, new_rule, new_at
         from notify_private.replay($1, $3, $2, 0, 1)`,
        [new Date(life.since - hour), JSON.stringify(changes), new Date(now)],
      );
      return rows;
    });

  test('nothing changed: exactly what happened, and nothing is written', async () => {
    const differing = await expectNoEffect(db, async () => {
      const { rows } = await db.owner.query(
        `select d.event_id, d.recipient_id, d.channel, d.outcome, d.rule, r.*
         from notify_private.replay($1, now(), '{}', 0, 1) as r
         full join notify.decisions as d using (event_id, recipient_id, channel)
         where (d.outcome, d.rule, d.reason, d.decided_at, d.outcome, d.rule, d.reason, d.decided_at)
           is distinct from (r.outcome, r.rule, r.reason, r.at, r.new_outcome, r.new_rule, r.new_reason, r.new_at)`,
        [new Date(life.since - hour)],
      );
      return rows;
    });
    expect(differing).toEqual([]);
  });

  type Change = (life: Life) => { readonly changes: object; readonly world: Pick<Life['world'], 'settings' | 'kinds'> };
  const changed: [string, Change][] = [
    [
      'another cap',
      ({ world }) => ({ changes: { daily_cap: 6 }, world: { ...world, settings: { ...world.settings, dailyCap: 6 } } }),
    ],
    [
      'a lower cap, of more channels',
      ({ world }) => ({
        changes: { daily_cap: 1, capped_channels: ['push', 'email', 'sms', 'webhook'] },
        world: {
          ...world,
          settings: { ...world.settings, dailyCap: 1, cappedChannels: ['push', 'email', 'sms', 'webhook'] },
        },
      }),
    ],
    [
      'a rolling cap',
      ({ world }) => ({
        changes: { rolling_cap: 2, rolling_window: '7 hours' },
        world: { ...world, settings: { ...world.settings, rollingCap: 2, rollingWindow: 7 * hour } },
      }),
    ],
    [
      'other quiet hours',
      ({ world }) => ({
        changes: {
          quiet_channels: ['push', 'email'],
          quiet_hours: always.map((weekday) => ({ weekday, starts_at: clock(21 * hour), ends_at: clock(9 * hour) })),
        },
        world: {
          ...world,
          settings: {
            ...world.settings,
            quietChannels: ['push', 'email'],
            quietHours: always.map((weekday) => ({ weekday, startsAt: 21 * hour, endsAt: 9 * hour })),
          },
        },
      }),
    ],
    [
      'no quiet hours',
      ({ world }) => ({
        changes: { quiet_hours: [] },
        world: { ...world, settings: { ...world.settings, quietHours: [] } },
      }),
    ],
    [
      'nothing that waits because they look',
      ({ world }) => ({
        changes: { attention_channels: [] },
        world: { ...world, settings: { ...world.settings, attentionChannels: [] } },
      }),
    ],
    [
      'other defaults of every type',
      ({ world }) => ({
        changes: {
          types: Object.fromEntries(
            world.kinds.map(({ key, channels, lockedChannels }, n) => [
              key,
              {
                enabled: n !== 3,
                default_channels: channels.filter(
                  (channel, at) => lockedChannels.includes(channel) || (at + n) % 2 === 0,
                ),
                default_frequency: ['instant', 'daily', 'weekly', 'instant'][n % 4],
                cap_excess: ['defer', 'digest', 'drop'][n % 3],
                dedupe_window: `${1 + n} hours`,
              },
            ]),
          ),
        },
        world: {
          ...world,
          kinds: world.kinds.map((kind, n) => ({
            ...kind,
            enabled: n !== 3,
            defaultChannels: kind.channels.filter(
              (channel, at) => kind.lockedChannels.includes(channel) || (at + n) % 2 === 0,
            ),
            defaultFrequency: ['instant', 'daily', 'weekly', 'instant'][n % 4] as string,
            capExcess: (['defer', 'digest', 'drop'] as const)[n % 3] as 'drop',
            dedupeWindow: (1 + n) * hour,
          })),
        },
      }),
    ],
  ];
  test.each(changed)('%s: what a simple reading of the rules says', async (name, change) => {
    const { changes, world } = change(life);
    const rows = await backtest(changes);
    const simple = relive(life, world, now);
    expect(rows.length).toBe(simple.size);
    const wrong = rows.filter(({ name, new_outcome, new_rule, new_at }) => {
      const said = simple.get(name);
      return said?.outcome !== new_outcome || said.rule !== new_rule || said.at !== new_at.getTime();
    });
    expect(
      wrong.slice(0, 3).map((row) => ({ ...row, simple: simple.get(row.name), was: life.expected.get(row.name) })),
    ).toEqual([]);
    moved.set(name, (moved.get(name) ?? 0) + rows.filter((row) => row.outcome !== row.new_outcome).length);
  });
});

test.each([14, 15, 16])(
  'W43: after operators changed caps, windows and types, world %i is exactly what happened',
  async (seed) => {
    const db = await createDatabase();
    const { since } = await live(db, seed, 60, 40, { moves: true, resets: true });
    const { rows } = await db.owner.query(
      `select * from notify_private.replay($1, now(), '{}', 0, 1)
     where (outcome, rule, reason, at) is distinct from (new_outcome, new_rule, new_reason, new_at)`,
      [new Date(since - hour)],
    );
    await db.drop();
    expect(rows).toEqual([]);
  },
);

test('and each of these changes changed something', () => {
  expect([...moved].filter(([, count]) => count < 10)).toEqual([]);
  expect(moved.size).toBe(7);
});
