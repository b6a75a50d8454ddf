import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultInput } from '../../src/sandbox/faults.ts';
import { type StormFault, stormFaults } from './kinds.ts';
import { isTrack, type Person, type Pool, type Track, tell, tracks } from './people.ts';
import type { Random } from './random.ts';
import type { Sky } from './sky.ts';

/** A fault that was on for a while. Instants in milliseconds. */
export type Blow = Track & {
  readonly fault: StormFault;
  /** Whom it was for; empty: everybody. */
  readonly recipients: readonly Person[];
  readonly beganAt: number;
  readonly endedAt: number;
  readonly strikes: number;
};

export type Pace = {
  /** How long faults last and how long it is calm after each, from and to, in milliseconds. */
  readonly lasts: readonly [number, number];
  readonly rests: readonly [number, number];
  /** The longest that an answer may take; faults that take longer are left out. */
  readonly longestMs: number;
};

export type Blowing = {
  readonly pool: Pool;
  readonly sky: Sky;
  readonly random: Random;
  readonly people: readonly Person[];
  readonly pace: Pace;
  /** How long a fault is left on so that something meets it. */
  readonly patienceMs: number;
  isOver(): boolean;
};

/**
 * Every provider and origin by itself: its faults one after the other in an order that is drawn, again and again until it is over,
 * each at least once. Beside them those that a few recipients have.
 */
export async function blow(blowing: Blowing): Promise<Blow[]> {
  const blows: Blow[] = [];
  const fits = ({ fault }: StormFault) => (fault.latencyMs ?? 0) <= blowing.pace.longestMs;
  const mortal = createMortals(blowing.people);
  await Promise.all(
    tracks.flatMap((track) => {
      const own = stormFaults.filter((fault) => fault.provider === track.provider && fits(fault));
      const [some, all] = [own.filter(isForRecipients), own.filter((fault) => !isForRecipients(fault))];
      return [blowAll(blowing, track, all, blows), blowSome(blowing, track, some, blows, mortal)];
    }),
  );
  return blows;
}

const isForRecipients = ({ share }: StormFault) => share === 'recipients';

async function blowAll(blowing: Blowing, track: Track, faults: readonly StormFault[], blows: Blow[]): Promise<void> {
  const { random, pace } = blowing;
  for (let isFirst = true; isFirst || !blowing.isOver(); isFirst = false) {
    for (const fault of random.shuffle(faults)) {
      if (!isFirst && blowing.isOver()) return;
      const lasts = random.between(...pace.lasts);
      const rests = random.between(...pace.rests);
      const { provider, beside } = fault;
      const rate = fault.share === 1 ? {} : { rate: fault.share as number };
      const also = beside && (await blowing.sky.begin(track.place, { provider, ...beside }));
      blows.push(await strike(blowing, track, fault, [{ provider, ...rate, ...fault.fault }], [], lasts));
      if (also) await blowing.sky.end(track.place, also);
      await sleep(rests);
    }
  }
}

async function blowSome(
  blowing: Blowing,
  track: Track,
  faults: readonly StormFault[],
  blows: Blow[],
  mortals: ReturnType<typeof createMortals>,
): Promise<void> {
  const { random, pace, pool } = blowing;
  for (let isFirst = true; isFirst || !blowing.isOver(); isFirst = false) {
    for (const fault of random.shuffle(faults)) {
      if (!isFirst && blowing.isOver()) return;
      const lasts = random.between(...pace.lasts);
      const rests = random.between(...pace.rests);
      // Two: what three people do not hear an answer to says something of the origin.
      const recipients = mortals.draw(random, track, fault.harm === 'address', 2);
      if (recipients.length < 2) continue;
      const inputs = recipients.map(({ address }) => ({ provider: track.provider, address, ...fault.fault }));
      const people = recipients.map(({ person }) => person);
      const telling = tell(pool, track.provider.startsWith('twilio') ? 'storm_phone' : 'storm_screens', people);
      blows.push(await strike(blowing, track, fault, inputs, people, lasts, telling));
      await sleep(rests);
    }
  }
}

/** So many people in doubt are about us where somebody was accepted just before (docs/decisions/0007). */
const manyPeople = 10;

/** Switches a fault on until its time is over and something has met it; one that refuses all, until it can be told from a few dead. */
async function strike(
  { sky, patienceMs }: Blowing,
  track: Track,
  fault: StormFault,
  inputs: readonly FaultInput[],
  recipients: readonly Person[],
  lasts: number,
  telling: Promise<void> = Promise.resolve(),
): Promise<Blow> {
  const beganAt = Date.now();
  const ids = await Promise.all(inputs.map((input) => sky.begin(track.place, input)));
  await telling;
  await sleep(lasts);
  const enough = fault.share === 1 && fault.fault.kind === 'reject' ? manyPeople : 1;
  const met = async () => (await Promise.all(ids.map((id) => sky.strikes(track.place, id)))).every((n) => n >= enough);
  while (!(await met()) && Date.now() < beganAt + patienceMs) await sleep(50);
  const strikes = await Promise.all(ids.map((id) => sky.end(track.place, id)));
  const endedAt = Date.now() + (fault.fault.latencyMs ?? 0);
  return { ...track, fault, recipients, beganAt, endedAt, strikes: strikes.reduce((sum, n) => sum + n, 0) };
}

/** Who has an address that can be struck. Those of the second half die once each at a place; where all are dead, nobody is drawn. */
function createMortals(people: readonly Person[]) {
  const half = Math.floor(people.length / 2);
  const next = new Map<Track, number>(tracks.map((track) => [track, half]));
  return {
    draw(random: Random, track: Track, dies: boolean, count: number) {
      const drawn: { person: Person; address: string }[] = [];
      for (let tries = 0; drawn.length < count && tries < people.length; tries++) {
        const person = people[dies ? (next.get(track) as number) : Math.floor(random.next() * half)];
        if (dies) next.set(track, (next.get(track) as number) + 1);
        const address = person?.addresses.find(isTrack(track))?.address;
        if (person && address !== undefined && !drawn.some((other) => other.person === person))
          drawn.push({ person, address });
      }
      return drawn;
    },
  };
}
