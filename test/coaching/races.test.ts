import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  asService,
  callOf,
  decisionsOf,
  type Member,
  makeCoach,
  makeMember,
  pushesTo,
  startWorld,
  textsTo,
  type World,
} from './world.ts';

let world: World;
let coachId: string;
beforeAll(async () => {
  world = await startWorld({ workers: 2 });
  coachId = await makeCoach(world.db);
});
afterAll(() => world?.stop());

/** How long a push has until a text follows it. */
const wait = (time: string) =>
  world.db.owner.query(`update notify.fallback_steps set wait = $1 where fallback_key = 'push_and_sms' and step = 1`, [
    time,
  ]);

const members = (count: number) =>
  Promise.all(Array.from({ length: count }, () => makeMember(world.db, { pref: 'push_and_sms' })));
const callAll = async (all: readonly Member[]) => {
  const { rows } = await asService(
    world.db,
    `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
     select u, $2, 'mood_check', now() + interval '3 minutes' from unnest($1::uuid[]) as u returning id, user_id`,
    [all.map(({ id }) => id), coachId],
  );
  const calls = new Map((rows as { id: string; user_id: string }[]).map(({ id, user_id }) => [user_id, id]));
  return all.map((member) => ({ member, call: calls.get(member.id) ?? '' }));
};
const receipt = (deliveryId: string) =>
  world.db.asHttp(
    (client) => client.query(`select notify_private.record_receipt($1, 'delivered', 'provider')`, [deliveryId]),
    {
      commit: true,
    },
  );
const settled = () =>
  until('everything is decided and ended', () =>
    one<boolean>(
      world.db.owner,
      `select not exists (select from notify.holds where released_at is null)
         and not exists (select from notify.deliveries where status in ('queued', 'sending'))
         and not exists (select from notify.events where planned_at is null and canceled_at is null and due_at < now())`,
    ),
  );

describe('CP-12 with two workers, receipts', () => {
  test('early, late, in the same instant and never: each decides once, and never both where it came in time', async () => {
    await wait('2 minutes');
    const people = await callAll(await members(40));
    await until('all are pushed', async () => people.every(({ member }) => pushesTo(world, member).length === 1));
    await until('all are written back', () =>
      one<boolean>(
        world.db.owner,
        `select not exists (select from notify.deliveries where channel = 'push' and status in ('queued', 'sending'))`,
      ),
    );
    const kinds = ['early', 'same', 'late', 'never'] as const;
    const groups = people.map((person, n) => ({ ...person, kind: kinds[n % 4] ?? 'never' }));
    const idOf = ({ member }: { member: Member }) => pushesTo(world, member)[0]?.deliveryId ?? '';
    await Promise.all(groups.filter(({ kind }) => kind === 'early').map((person) => receipt(idOf(person))));
    // Now the wait of all others ends, at slightly different times.
    await wait('1 second');
    await world.db.owner.query(
      `update notify.holds set due_at = clock_timestamp() + interval '1 second' + random() * interval '500 milliseconds' where released_at is null`,
    );
    // In the instant in which each one's own timer goes off.
    await Promise.all(
      groups
        .filter(({ kind }) => kind === 'same')
        .map(async (person) => {
          const due = await one<number>(
            world.db.owner,
            `select extract(epoch from h.due_at)::float8 * 1000 from notify.holds as h join notify.events as e on e.id = h.event_id
             where e.subject_id = $1 and h.released_at is null`,
            [person.call],
          ).catch(() => Date.now());
          await sleep(Math.max(0, due - Date.now()));
          await receipt(idOf(person));
        }),
    );
    await settled();
    await Promise.all(groups.filter(({ kind }) => kind === 'late').map((person) => receipt(idOf(person))));
    await settled();
    for (const { member, call, kind } of groups) {
      const texts = textsTo(world, member).length;
      const decided = await decisionsOf(world.db, call);
      if (kind === 'early') expect([kind, texts]).toEqual([kind, 0]);
      if (kind === 'late' || kind === 'never') expect([kind, texts]).toEqual([kind, 1]);
      expect(texts).toBeLessThanOrEqual(1);
      // What is on record is what happened.
      expect(decided).toEqual(['push: send', texts ? 'sms: send' : 'sms: fallback/not_needed']);
      expect(pushesTo(world, member)).toHaveLength(1);
    }
  });
});

describe('CP-22', () => {
  test('two workers, killed with texts in their hands: at most one SMS per call, and each is accounted for', async () => {
    await wait('1 second');
    const people: Awaited<ReturnType<typeof callAll>> = [];
    for (let kills = 0; kills < 2; kills++) {
      // For as long as it takes to see them.
      world.sandbox.faults.add({ provider: 'twilio', kind: 'latency', latencyMs: 8_000 });
      people.push(...(await callAll(await members(40))));
      // Whoever is sending texts at this moment dies.
      const pid = await until('somebody is sending texts', async () => {
        const { rows } = await world.db.owner.query<{ pid: number }>(
          `select w.pid from notify.deliveries as d
           join notify_private.claims as c on c.id = d.claim_id join notify.workers as w on w.id = c.worker_id
           where d.channel = 'sms' and d.status = 'sending' and w.stopped_at is null limit 1`,
        );
        return rows[0]?.pid;
      });
      await [...world.workers].find((worker) => worker.pid === pid)?.kill();
      world.sandbox.faults.clear();
      await world.db.owner.query(`update notify.workers set seen_at = seen_at - interval '16 seconds' where pid = $1`, [
        pid,
      ]);
      await world.startWorker();
    }
    await settled();
    const inDoubt = await one<number>(
      world.db.owner,
      `select count(*)::integer from notify.delivery_attempts as a join notify.deliveries as d on d.id = a.delivery_id
       where a.outcome = 'lost' and d.channel = 'sms'`,
    );
    expect(inDoubt).toBeGreaterThan(0);
    for (const { member, call } of people) {
      expect(textsTo(world, member).length).toBeLessThanOrEqual(1);
      expect(await decisionsOf(world.db, call)).toEqual(['push: send', 'sms: send']);
    }
    const { rows } = await world.db.owner.query(
      `select e.subject_id from notify.deliveries as d
       join notify.notifications as n on n.id = d.notification_id join notify.events as e on e.id = n.event_id
       where d.channel = 'sms' group by 1 having count(*) > 1 or max(d.attempt) > 1`,
    );
    expect(rows).toEqual([]);
    expect(await callOf(world.db, people[0]?.call ?? '')).toMatchObject({ preview_sent: true });
  });
});
