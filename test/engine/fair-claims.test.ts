import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Message, Result } from '../../src/providers/types.ts';
import { claiming } from '../support/claiming.ts';
import { makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

const world = claiming();
const { claim, crowd } = world;
const accepted: Result = { outcome: 'accepted', providerMessageId: null };
const setAside = (retryAt: Date): Result => ({
  outcome: 'rejected',
  permanence: 'transient',
  reason: 'set_aside',
  code: 'set_aside',
  retryAt,
});
const statuses = () =>
  one<Record<string, number>>(
    world.db.owner,
    'select jsonb_object_agg(status, count) from (select status, count(*) from notify.deliveries group by 1) as s',
  );
const claims = () => one<number>(world.db.owner, 'select count(*)::integer from notify_private.claims');

/** Deliveries to the one device of somebody, due before all that come later. */
async function hog(count: number): Promise<string> {
  const type = await makeType(world.db);
  const person = await makePerson(world.db);
  await Promise.all(Array.from({ length: count }, () => tell(world.db, type, [person])));
  await planDue(world.db);
  return person;
}
const shareOf = (messages: readonly Message[], person: string) =>
  messages.filter(({ recipientId }) => recipientId === person).length;

describe('places', () => {
  test('SE-2: nobody has more than a tenth of a full claim while others wait', async () => {
    const person = await hog(700);
    await crowd(480);
    const first = await claim();
    expect(first.messages).toHaveLength(500);
    expect(shareOf(first.messages, person)).toBe(50);
    expect(new Set(first.messages.map(({ deliveryId }) => deliveryId)).size).toBe(500);
    // What lost its place stays where it was: in the queue, due, and no try is used up.
    expect(
      await one(
        world.db.owner,
        `select count(*)::integer from notify.deliveries where status = 'queued' and attempt = 0 and due_at <= now()`,
      ),
    ).toBe(1180 - 500);
    const second = await claim();
    // All who are left of the crowd, and nobody else waits.
    expect([second.messages.length, shareOf(second.messages, person)]).toEqual([500, 470]);
    await claim();
    expect(await statuses()).toEqual({ sending: 1180 });
  });

  test('SE-2: where nobody else waits, all places are theirs', async () => {
    const person = await hog(600);
    const { messages } = await claim();
    expect(shareOf(messages, person)).toBe(500);
  });

  test('SE-2: two workers at once take each delivery once', async () => {
    await hog(900);
    await crowd(300);
    const taken = (await Promise.all(Array.from({ length: 4 }, () => claim()))).flatMap(({ messages }) => messages);
    taken.push(...(await claim()).messages, ...(await claim()).messages);
    expect(new Set(taken.map(({ deliveryId }) => deliveryId)).size).toBe(taken.length);
    expect(await statuses()).toEqual({ sending: 1200 });
    expect(taken).toHaveLength(1200);
  });
});

describe('a claim in parts', () => {
  test('SE-2: what is known is recorded, the rest goes on under a claim of its own, of the same worker and age', async () => {
    await crowd(10);
    const { id, messages } = await claim();
    const [known, rest] = [messages.slice(0, 7), messages.slice(7)];
    const restId = randomUUID();
    await world.engine.split(id, restId, rest);
    // Asked again, as after a lost connection.
    await world.engine.split(id, restId, rest);
    const { rows } = await world.db.owner.query(
      'select worker_id, count(*), count(distinct claimed_at) as ages from notify_private.claims group by 1',
    );
    expect(rows).toEqual([{ worker_id: world.worker, count: '2', ages: '1' }]);
    expect(
      await world.engine.record(
        id,
        known,
        known.map(() => accepted),
      ),
    ).toMatchObject({ sent: 7 });
    expect(await statuses()).toEqual({ sent: 7, sending: 3 });
    // The first claim is over: its word about the rest comes too late.
    expect(
      await world.engine.record(
        id,
        rest,
        rest.map(() => accepted),
      ),
    ).toEqual({});
    expect(
      await world.engine.record(
        restId,
        rest,
        rest.map(() => accepted),
      ),
    ).toMatchObject({ sent: 3 });
    expect(await claims()).toBe(0);
  });

  test('SE-2: of a claim that was given to a successor nothing is split off', async () => {
    await crowd(10);
    const { id, messages } = await claim();
    await world.db.owner.query(`update notify.workers set seen_at = now() - interval '1 minute'`);
    expect(await world.engine.recover()).toBe(10);
    const restId = randomUUID();
    await world.engine.split(id, restId, messages);
    expect(await claims()).toBe(0);
    expect(
      await world.engine.record(
        restId,
        messages,
        messages.map(() => accepted),
      ),
    ).toEqual({});
    expect(await statuses()).toEqual({ queued: 10 });
  });

  test('SE-2: what is put back is as if it had not been taken, and due when it was told; a claim without rest goes', async () => {
    await crowd(10);
    const { id, messages } = await claim();
    const later = new Date(Date.now() + 60_000);
    const put = (some: readonly Message[]) =>
      world.engine.requeue(
        id,
        some.map((message) => ({ message, result: setAside(later) })),
      );
    await put(messages.slice(0, 4));
    expect(await statuses()).toEqual({ queued: 4, sending: 6 });
    expect(await claims()).toBe(1);
    await put(messages.slice(4));
    expect(await claims()).toBe(0);
    const { rows } = await world.db.owner.query(
      'select distinct attempt, max_attempts, due_at, claim_id from notify.deliveries',
    );
    expect(rows).toEqual([{ attempt: 0, max_attempts: 8, due_at: later, claim_id: null }]);
    expect(await one(world.db.owner, 'select count(*)::integer from notify.delivery_attempts')).toBe(0);
    // Once more, of a claim that is over: nothing.
    await put(messages);
    expect(await statuses()).toEqual({ queued: 10 });
  });

  test('SE-2: what would be put back beyond its time ends in time', async () => {
    await crowd(1);
    await world.db.owner.query(`update notify.deliveries set expires_at = now() + interval '2 seconds'`);
    const { id, messages } = await claim();
    await world.engine.requeue(
      id,
      messages.map((message) => ({ message, result: setAside(new Date(Date.now() + 600_000)) })),
    );
    expect(await one(world.db.owner, 'select due_at = expires_at from notify.deliveries')).toBe(true);
  });
});

describe('silence', () => {
  const paused = async () =>
    (
      await world.db.owner.query<{ origin: string; pauses: number }>(
        'select origin, pauses from notify.provider_origins where paused_until is not null order by 1',
      )
    ).rows;

  test('SE-2: an origin that does not answer is set aside for all workers, once for all who say so', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () =>
        world.engine.pauseSilentOrigins(senders.web_push, ['https://a.example', 'https://b.example:8443']),
      ),
    );
    await world.engine.pauseSilentOrigins(senders.web_push, ['https://a.example']);
    const rows = await paused();
    expect(rows).toEqual([
      { origin: 'https://a.example', pauses: 1 },
      { origin: 'https://b.example:8443', pauses: 1 },
    ]);
    expect(
      await one(world.db.owner, `select count(*)::integer from notify.senders where paused_until is not null`),
    ).toBe(0);
  });

  test('SE-2: not one that has just accepted what another sent', async () => {
    await world.db.owner.query(
      `insert into notify.provider_origins (sender_id, origin, first_accepted_at, accepted_at) values (3, 'https://a.example', now(), now())`,
    );
    await world.engine.pauseSilentOrigins(senders.web_push, ['https://a.example']);
    expect(await paused()).toEqual([]);
  });

  test('SE-2: a claim says of each message whether its origin has lately taken something', async () => {
    const type = await makeType(world.db);
    const person = await makePerson(world.db, { devices: [] });
    await world.db.owner.query(
      `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
       select $1, 'web_push', 'https://' || host || '/1', 'key', 'auth' from unnest('{known.example,old.example,new.example}'::text[]) as host`,
      [person],
    );
    await world.db.owner.query(
      `insert into notify.provider_origins (sender_id, origin, first_accepted_at, accepted_at) values
         (3, 'https://known.example', now(), now()),
         (3, 'https://old.example', now() - interval '1 year', now() - interval '1 year'),
         (7, 'https://new.example', now(), now())`,
    );
    await tell(world.db, type, [person]);
    await planDue(world.db);
    const { messages } = await claim('web_push');
    expect(Object.fromEntries(messages.map(({ address, originAnswers }) => [address, originAnswers]))).toEqual({
      'https://known.example/1': true,
      'https://old.example/1': false,
      'https://new.example/1': false,
    });
  });

  test('SE-2: whoever waits for an origin that is set aside probes it, not only who has most waiting', async () => {
    const type = await makeType(world.db);
    const [mallory, bob] = [await makePerson(world.db, { devices: [] }), await makePerson(world.db, { devices: [] })];
    await world.db.owner.query(
      `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
       select $1::uuid, 'web_push', 'https://shared.example/' || n, 'key', 'auth' from generate_series(1, 30) as n
       union all select $2, 'web_push', 'https://shared.example/bob', 'key', 'auth'`,
      [mallory, bob],
    );
    await tell(world.db, type, [mallory]);
    await planDue(world.db);
    await tell(world.db, type, [bob]);
    await planDue(world.db);
    await world.engine.pauseSilentOrigins(senders.web_push, ['https://shared.example']);
    const probes = new Set<string>();
    for (let n = 0; n < 60 && probes.size < 2; n++) {
      await world.db.owner.query(
        `update notify.provider_origins set paused_until = clock_timestamp() - (random() * 1000000)::integer * interval '1 ms';
         update notify.deliveries set due_at = created_at where status = 'queued'`,
      );
      const { id, messages } = await claim('web_push');
      expect(messages).toHaveLength(1);
      probes.add(messages[0]?.recipientId ?? '');
      await world.engine.release(id);
      await world.db.owner.query('select pg_sleep(0.3)');
    }
    expect(probes).toEqual(new Set([mallory, bob]));
  });
});
