import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { Message } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  forget,
  installPack,
  makeCrowd,
  makePerson,
  makeType,
  planDue,
  tell,
  tellGroup,
} from '../support/engine-pack.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

let db: TestDatabase;
let engine: Engine;
let worker: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = engineOf(db);
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  worker = await engine.register('bulk', 'host', 1, [senders.apns]);
});
afterAll(() => db.drop());
beforeEach(() => forget(db));

const claim = async () => ({ messages: await engine.claim(randomUUID(), worker, senders.apns, 'bulk') });
async function crowd(count: number): Promise<void> {
  await tellGroup(db, await makeType(db, { audience: 'group' }), await makeCrowd(db, count, { apns: count }));
  await planDue(db);
}

describe('the few before the many', () => {
  const single = async () => {
    const person = await makePerson(db);
    await tell(db, await makeType(db), [person]);
    await planDue(db);
    return person;
  };
  const has = ({ messages }: { readonly messages: readonly Message[] }, person: string) =>
    messages.some(({ recipientId }) => recipientId === person);

  test('a single one passes what was planned in masses before and after it, first in its claim; the mass has the rest', async () => {
    await crowd(700);
    const between = await single();
    await crowd(700);
    const last = await single();
    const first = await claim();
    expect(first.messages).toHaveLength(101);
    expect(first.messages[0]?.recipientId).toBe(last);
    const second = await claim();
    expect(second.messages[0]?.recipientId).toBe(between);
    // Only the mass is left: it has all of the room.
    expect((await claim()).messages).toHaveLength(500);
  });

  test('neither starves: of many single ones a claim has four fifths at most, the mass a fifth', async () => {
    const singles: string[] = [];
    await crowd(1_000);
    const type = await makeType(db);
    for (let n = 0; n < 450; n++) singles.push(await makePerson(db));
    for (const person of singles) await tell(db, type, [person]);
    await planDue(db);
    // As many planners make them: each at an instant of its own, in the midst of the mass and after it.
    await db.owner.query(
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
    await db.owner.query(
      'update notify.senders set rate_per_second = 50, tokens = 50, refilled_at = clock_timestamp() where id = $1',
      [senders.apns],
    );
    const limited = await claim();
    await db.owner.query('update notify.senders set rate_per_second = null where id = $1', [senders.apns]);
    expect(limited.messages.length).toBeGreaterThanOrEqual(50);
    expect(limited.messages[0]?.recipientId).toBe(other);
  });
});
