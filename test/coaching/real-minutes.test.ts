import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDevice, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  logOf,
  makeCall,
  makeCoach,
  makeMember,
  pushesTo,
  startWorld,
  textsTo,
  untilLogged,
  type World,
} from './world.ts';

let world: World;
let coachId: string;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
  coachId = await makeCoach(world.db);
});
afterAll(() => world?.stop());

/** Lets minutes pass for a call and its preview until so many are left: all their instants lie further back. */
async function passUntil(callId: string, left: string): Promise<void> {
  await world.db.asOwner(
    async (owner) => {
      const time = await one<string>(
        owner,
        'select (scheduled_at - now() - $2::interval)::text from coaching.calls where id = $1',
        [callId, left],
      );
      for (const table of ['coaching.calls', 'notify.events'])
        await owner.query(`alter table ${table} disable trigger user`);
      await owner.query(
        'update coaching.calls set scheduled_at = scheduled_at - $2::interval, preview_due_at = preview_due_at - $2::interval where id = $1',
        [callId, time],
      );
      await owner.query('update notify.events set due_at = due_at - $2::interval where subject_id = $1', [
        callId,
        time,
      ]);
      await owner.query(
        `update notify.notifications as n set created_at = n.created_at - $2::interval, expires_at = n.expires_at - $2::interval
         from notify.events as e where e.id = n.event_id and e.subject_id = $1`,
        [callId, time],
      );
      await owner.query(
        `update notify.deliveries as d set due_at = d.due_at - $2::interval, expires_at = d.expires_at - $2::interval
         from notify.notifications as n join notify.events as e on e.id = n.event_id where d.notification_id = n.id and e.subject_id = $1`,
        [callId, time],
      );
      await owner.query(
        'update notify.decisions as d set decided_at = d.decided_at - $2::interval from notify.events as e where e.id = d.event_id and e.subject_id = $1',
        [callId, time],
      );
      await owner.query(
        'update notify.holds as h set due_at = h.due_at - $2::interval from notify.events as e where e.id = h.event_id and e.subject_id = $1',
        [callId, time],
      );
      for (const table of ['coaching.calls', 'notify.events'])
        await owner.query(`alter table ${table} enable trigger user`);
    },
    { commit: true },
  );
}

/** Rounded, and for as long as a slow machine may take until it says so. */
const fiveMinutes = '5 minutes 20 seconds';

/** What a worker makes of all that is due. */
async function work(condition: () => Promise<unknown>): Promise<void> {
  const worker = await world.startWorker();
  await condition();
  await worker.stop();
}
const words = async (call: string) =>
  (await logOf(world.db, call)).map(({ type, status, title, body }) => [
    type,
    status,
    type === 'preview_push' ? title : body,
  ]);

describe('CP-9 the words say the minutes that are left when they are sent', () => {
  test('an SMS that follows a push says its own; both stand in the log as they went out', async () => {
    const ada = await makeMember(world.db, { pref: 'push_and_sms', leadMinutes: 10 });
    const call = await makeCall(world.db, ada.id, fiveMinutes, { coachId, topic: 'weekly_weighin' });
    await planDue(world.db);
    await work(() => untilLogged(world, call, 'preview_push sent'));
    await passUntil(call, '2 minutes 20 seconds');
    await work(() => untilLogged(world, call, 'preview_push sent', 'fallback_sms delivered'));
    const sms = 'Coach Max calling in 2 min! Day 1 - weekly weigh-in & meal review. Answer!';
    expect(pushesTo(world, ada).map(({ title }) => title)).toEqual(['Coach Max is calling in 5 min! 💪']);
    expect(textsTo(world, ada).map(({ body }) => body)).toEqual([sms]);
    expect(await words(call)).toEqual([
      ['preview_push', 'sent', 'Coach Max is calling in 5 min! 💪'],
      ['fallback_sms', 'delivered', sms],
    ]);
    const { rows } = await world.db.owner.query(
      `select sms_form, sms_encoding, sms_segments, rendered_text -> 'form' as form from notify.deliveries where recipient_id = $1 and channel = 'sms'`,
      [ada.id],
    );
    expect(rows).toEqual([{ sms_form: 'plain', sms_encoding: 'gsm7', sms_segments: 1, form: 'plain' }]);
  });

  test('a push tried again late says what is left then; on the phone that had it in time it stays as it was', async () => {
    const ada = await makeMember(world.db, { leadMinutes: 10 });
    const { token, id: tablet } = await makeDevice(world.db, ada.id, 'fcm');
    const fault = world.sandbox.faults.add({ provider: 'fcm', address: token, kind: 'server_error', status: 503 });
    const call = await makeCall(world.db, ada.id, fiveMinutes, { coachId });
    await planDue(world.db);
    await work(() =>
      until('the tablet was tried', () =>
        one<boolean>(
          world.db.owner,
          `select attempt > 0 and status = 'queued' from notify.deliveries where device_id = $1`,
          [tablet],
        ),
      ),
    );
    await passUntil(call, '2 minutes 20 seconds');
    world.sandbox.faults.remove(fault.id);
    await work(() =>
      until('the tablet has it', () =>
        one<boolean>(world.db.owner, `select status = 'sent' from notify.deliveries where device_id = $1`, [tablet]),
      ),
    );
    expect(pushesTo(world, ada).map(({ title }) => title)).toEqual(['Coach Max is calling in 5 min! 💪']);
    expect(
      world.sandbox.journal
        .list({ provider: 'fcm', address: token })
        .filter(({ status }) => status === 200)
        .map(({ title }) => title),
    ).toEqual(['Coach Max is calling in 2 min! 💪']);
    expect((await words(call)).map(([, , title]) => title).sort()).toEqual([
      'Coach Max is calling in 2 min! 💪',
      'Coach Max is calling in 5 min! 💪',
    ]);
  });

  test('what cannot be written anew goes out as it was planned, and keeps nobody else', async () => {
    const [ada, ben] = [
      await makeMember(world.db, { pref: 'sms_only', leadMinutes: 10 }),
      await makeMember(world.db, { pref: 'sms_only', locale: 'fr', leadMinutes: 10 }),
    ];
    const calls = [
      await makeCall(world.db, ada.id, fiveMinutes, { coachId }),
      await makeCall(world.db, ben.id, fiveMinutes, { coachId }),
    ] as const;
    await planDue(world.db);
    for (const call of calls) await passUntil(call, '3 minutes 20 seconds');
    await world.db.owner.query(
      `update notify.notification_copies set title = '{nobody}' where type_key = 'coaching_preview' and locale = 'fr' and variant = 'default'`,
    );
    await work(async () => {
      for (const call of calls) await untilLogged(world, call, 'preview_sms delivered');
    });
    expect(textsTo(world, ada)[0]?.body).toContain('in 3 min!');
    expect(textsTo(world, ben)[0]?.body).toContain('dans 5 min !');
    expect((await words(calls[1]))[0]?.[2]).toBe(textsTo(world, ben)[0]?.body);
  });
});
