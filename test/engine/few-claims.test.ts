import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/providers/types.ts';
import { claiming } from '../support/claiming.ts';
import { forget, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { senders } from '../support/senders.ts';

const world = claiming();
const { claim, crowd } = world;

describe('the few before the many', () => {
  const single = async () => {
    const person = await makePerson(world.db);
    await tell(world.db, await makeType(world.db), [person]);
    await planDue(world.db);
    return person;
  };
  const has = ({ messages }: { readonly messages: readonly Message[] }, person: string) =>
    messages.some(({ recipientId }) => recipientId === person);

  test('single ones pass what was planned in masses before and after them, first in their claim; the mass has the rest', async () => {
    await crowd(700);
    const between = await single();
    await crowd(700);
    const last = await single();
    const { messages } = await claim();
    expect(messages).toHaveLength(102);
    expect(messages.slice(0, 2).map(({ recipientId }) => recipientId)).toEqual([between, last]);
    // Only the mass is left: it has all of the room.
    expect((await claim()).messages).toHaveLength(500);
  });

  test('however many masses were planned meanwhile, and as soon as one is before it', async () => {
    for (let n = 0; n < 6; n++) await crowd(100);
    const person = await single();
    for (let n = 0; n < 6; n++) await crowd(100);
    const first = await claim();
    expect([first.messages.length, first.messages[0]?.recipientId]).toEqual([101, person]);
  });

  test('a hundred of one event or a hundred events are a mass, fewer are not', async () => {
    const masses = async () => {
      const { rows } = await world.db.owner.query(
        'select is_mass, count(*)::integer from notify.deliveries group by 1 order by 1',
      );
      await forget(world.db);
      return rows;
    };
    await crowd(99);
    expect(await masses()).toEqual([{ is_mass: false, count: 99 }]);
    await crowd(100);
    expect(await masses()).toEqual([{ is_mass: true, count: 100 }]);
    const [type, person] = [await makeType(world.db), await makePerson(world.db)];
    const tellTimes = async (count: number) => {
      for (let n = 0; n < count; n++) await tell(world.db, type, [person]);
      await planDue(world.db);
    };
    await tellTimes(99);
    expect(await masses()).toEqual([{ is_mass: false, count: 99 }]);
    await tellTimes(100);
    expect(await masses()).toEqual([{ is_mass: true, count: 100 }]);
    // A trip's five travelers each: many people, but no mass.
    const travelers = await Promise.all(Array.from({ length: 5 }, () => makePerson(world.db)));
    for (let n = 0; n < 30; n++) await tell(world.db, type, travelers);
    await planDue(world.db);
    expect(await masses()).toEqual([{ is_mass: false, count: 150 }]);
  });

  test('neither starves: of many single ones a claim has four fifths at most, the mass a fifth', async () => {
    const singles: string[] = [];
    await crowd(1_000);
    const type = await makeType(world.db);
    for (let n = 0; n < 450; n++) {
      const person = await makePerson(world.db);
      singles.push(person);
      await tell(world.db, type, [person]);
      if (n % 50 === 49) await planDue(world.db);
    }
    // As many planners make them: each at an instant of its own, in the midst of the mass and after it.
    await world.db.owner.query(
      `update notify.deliveries set due_at = mass.first + random() * (clock_timestamp() - mass.first)
       from (select min(due_at) as first from notify.deliveries) as mass
       where recipient_id = any ($1)`,
      [singles],
    );
    const { messages } = await claim();
    const few = messages.filter(({ recipientId }) => singles.includes(recipientId)).length;
    expect(few).toBeGreaterThan(390);
    expect(few).toBeLessThanOrEqual(400);
    expect(messages.length - few).toBe(100);
  });

  test('where all that waits has room, nothing is left behind; a sender with a rate uses what it was given', async () => {
    await crowd(300);
    const person = await single();
    const all = await claim();
    expect([all.messages.length, has(all, person)]).toEqual([301, true]);
    await crowd(300);
    const other = await single();
    await world.db.owner.query(
      'update notify.senders set rate_per_second = 50, tokens = 50, refilled_at = clock_timestamp() where id = $1',
      [senders.apns],
    );
    const limited = await claim();
    await world.db.owner.query('update notify.senders set rate_per_second = null where id = $1', [senders.apns]);
    expect(limited.messages.length).toBeGreaterThanOrEqual(50);
    expect(limited.messages[0]?.recipientId).toBe(other);
  });
});
