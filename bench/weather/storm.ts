import { setTimeout as sleep } from 'node:timers/promises';
import { type Blow, blow, type Pace } from './blows.ts';
import { makeBystanders, makeCrowd, type Person, type Pool, type Track, tell } from './people.ts';
import { createRandom, type Random } from './random.ts';
import type { Sky } from './sky.ts';

export type StormOptions = {
  readonly pool: Pool;
  readonly sky: Sky;
  readonly seed: number;
  readonly seconds: number;
  /** How many deliveries are to be made in that time, about. */
  readonly deliveries: number;
  readonly people: number;
  readonly pace: Pace;
  readonly patienceMs: number;
  /** From one bystander who is told something urgent to the next. */
  readonly urgentEveryMs: number;
  /** Nothing more is told while so many deliveries wait; as much as comes unless told. */
  readonly mostWaiting?: number;
  /** When it is over, what waits for its next try has it at once. */
  readonly isHurried?: boolean;
  readonly say?: (sentence: string) => void;
};

export type Storm = {
  readonly blows: readonly Blow[];
  readonly people: readonly Person[];
  readonly bystanders: ReadonlyMap<Track, readonly Person[]>;
  readonly beganAt: number;
};

const tickMs = 200;
const knownPeople = 60;
/** One in four events is of the phone's two channels, the others of the screen's six. */
const deliveriesOfEvent = (3 * 6 + 2) / 4;

/** People are told things while every fault strikes; resolves when nothing is under way any more. */
export async function runStorm(options: StormOptions): Promise<Storm> {
  const { pool, sky, seconds, say = () => {} } = options;
  const random = createRandom(options.seed);
  const people = await makeCrowd(pool, sky, options.people);
  const bystanders = await makeBystanders(pool, sky, 6);
  await pool.query('analyze');
  // Every provider and origin has taken something before anything goes wrong.
  await tell(pool, 'storm_screens', people.slice(0, knownPeople));
  await tell(pool, 'storm_phone', people.slice(0, knownPeople));
  for (const some of bystanders.values()) await tell(pool, 'storm_urgent', some);
  await untilQuiet(pool, false);
  say('Every provider has taken something; the storm begins.');

  const beganAt = Date.now();
  const endsAt = beganAt + seconds * 1_000;
  let blowing = true;
  const load = [
    tellCrowd(options, people, createRandom(options.seed + 1), () => blowing),
    tellBystanders(options, bystanders, () => blowing),
  ];
  const blows = await blow({ ...options, random, people, isOver: () => Date.now() >= endsAt });
  blowing = false;
  await Promise.all(load);
  say(`${blows.length} faults are over; what waits is sent.`);
  await untilQuiet(pool, options.isHurried ?? false);
  return { blows, people, bystanders, beganAt };
}

/** As many as are meant to be made in the time, and as fast for as long as it blows. */
async function tellCrowd(
  { pool, seconds, deliveries, mostWaiting = Number.POSITIVE_INFINITY }: StormOptions,
  people: readonly Person[],
  random: Random,
  isBlowing: () => boolean,
): Promise<void> {
  const aTick = (deliveries / deliveriesOfEvent / seconds) * (tickMs / 1_000);
  let owed = 0;
  for (let at = Date.now(); isBlowing(); at += tickMs) {
    if (await areWaiting(pool, mostWaiting)) {
      await sleep(tickMs);
      at = Date.now();
      continue;
    }
    owed += aTick;
    const now = Array.from({ length: Math.floor(owed) }, () => random.pick(people));
    owed -= now.length;
    const [phone, screens] = [now.filter((_, n) => n % 4 === 0), now.filter((_, n) => n % 4 !== 0)];
    if (phone.length > 0) await tell(pool, 'storm_phone', phone);
    if (screens.length > 0) await tell(pool, 'storm_screens', screens);
    await sleep(Math.max(0, at + tickMs - Date.now()));
  }
}

async function areWaiting(pool: Pool, count: number): Promise<boolean> {
  if (count === Number.POSITIVE_INFINITY) return false;
  const { rowCount } = await pool.query('select from notify.deliveries where due_at is not null limit $1', [count]);
  return rowCount === count;
}

async function tellBystanders(
  { pool, urgentEveryMs }: StormOptions,
  bystanders: Storm['bystanders'],
  isBlowing: () => boolean,
): Promise<void> {
  for (let n = 0; isBlowing(); n++) {
    for (const some of bystanders.values()) {
      await tell(pool, 'storm_urgent', [some[n % some.length] as Person]);
      await sleep(urgentEveryMs);
    }
  }
}

/** Until no event waits to be planned and no delivery to be sent. */
async function untilQuiet(pool: Pool, isHurried: boolean): Promise<void> {
  const deadline = Date.now() + 20 * 60_000;
  for (;;) {
    const { rows } = await pool.query<{ busy: boolean }>(
      `select exists (select from notify.events where planned_at is null)
         or exists (select from notify.deliveries where due_at is not null)
         or exists (select from notify_private.claims) as busy`,
    );
    if (!rows[0]?.busy) return;
    if (Date.now() > deadline) throw new Error('The storm is over and there is still something under way.');
    if (isHurried)
      await pool.query(`update notify.deliveries set due_at = now() where due_at > now() + interval '1 second'`);
    await sleep(200);
  }
}
