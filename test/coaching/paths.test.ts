import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { until } from '../support/until.ts';
import {
  callOf,
  decisionsOf,
  freshPhone,
  logOf,
  type Member,
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
  world = await startWorld();
  coachId = await makeCoach(world.db);
  // The path's wait is data: longer than any of these tests, and over when it is said to be.
  await world.db.owner.query(
    `update notify.fallback_steps set wait = interval '2 minutes' where fallback_key = 'push_and_sms' and step = 1`,
  );
});
afterAll(() => world?.stop());

const waitIsOver = (member: Member) =>
  world.db.owner.query(
    `with told as (update notify.decisions set decided_at = decided_at - interval '2 minutes' where recipient_id = $1 and outcome = 'send'),
       taken as (update notify.deliveries set sent_at = sent_at - interval '2 minutes' where recipient_id = $1 and sent_at is not null)
     update notify.holds set due_at = now() where recipient_id = $1 and released_at is null`,
    [member.id],
  );

const duplicate = 'sms: dedupe/already_sent';
/** Less than the lead time ahead, so its preview is due at once. */
const callSoon = (member: Member) => makeCall(world.db, member.id, '3 minutes 20 seconds', { coachId });

async function report(member: Member, deliveryId: string, kind: string) {
  const token = await signToken(member.id);
  const { errors } = await world.api.ask(
    'mutation ($id: UUID!, $kind: ReportedReceiptKind!) { reportReceipt(input: { deliveryId: $id, kind: $kind }) { result } }',
    { token, variables: { id: deliveryId, kind } },
  );
  expect(errors).toEqual([]);
}

describe('paths', () => {
  test('CP-10 CP-2 path A: a push with the deep link to the incoming-call screen, and nothing else', async () => {
    const ada = await makeMember(world.db);
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_push sent');
    const [push] = pushesTo(world, ada);
    expect(push).toMatchObject({ title: 'Coach Max is calling in 3 min! 💪', body: 'Day 1: mood & energy check.' });
    expect(push?.data).toMatchObject({ screen: 'incoming_call', callId: call });
    expect(push?.drawn?.actions).toEqual([
      { key: 'ready', title: "I'm ready", url: `/calls/${call}` },
      { key: 'move', title: 'Move the call', url: `/calls/${call}/move` },
    ]);
    await expect.poll(() => decisionsOf(world.db, call)).toEqual(['push: send', 'sms: fallback/not_needed']);
    expect(textsTo(world, ada)).toEqual([]);
    const marked = await callOf(world.db, call);
    expect(marked).toMatchObject({ preview_sent: true, status: 'pending' });
    expect(marked.preview_sent_at?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test('W22 CP-9 a call that is moved away and back gets its preview again, by push and never by SMS', async () => {
    const ada = await makeMember(world.db);
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_push sent');
    const at = (await callOf(world.db, call)).scheduled_at;
    const move = (to: Date) =>
      world.db.owner.query('update coaching.calls set scheduled_at = $2 where id = $1', [call, to]);
    for (let times = 1; times <= 2; times++) {
      await move(new Date(at.getTime() + 7_200_000));
      await move(at);
      await untilLogged(world, call, ...Array.from({ length: times + 1 }, () => 'preview_push sent'));
    }
    await expect
      .poll(async () => (await decisionsOf(world.db, call)).slice(-2))
      .toEqual(['push: send', 'sms: fallback/not_needed']);
    expect(pushesTo(world, ada)).toHaveLength(3);
    expect(textsTo(world, ada)).toEqual([]);
    expect(await callOf(world.db, call)).toMatchObject({ preview_sent: true });
    // Told by a service once more: a duplicate.
    await world.db.owner.query(
      `insert into notify.events (type_key, subject_type, subject_id, due_at, expires_after)
       select type_key, subject_type, subject_id, due_at, expires_after from notify.events
       where subject_id = $1 and type_key = 'coaching_preview' order by id desc limit 1`,
      [call],
    );
    await until('the duplicate is decided', async () => (await decisionsOf(world.db, call)).at(-1) === duplicate);
    expect((await decisionsOf(world.db, call)).at(-2)).toBe(duplicate.replace('sms', 'push'));
    expect([pushesTo(world, ada).length, textsTo(world, ada).length]).toEqual([3, 0]);
  });

  test('CP-11 path B by choice: an SMS although there is a token', async () => {
    const ada = await makeMember(world.db, { pref: 'sms_only' });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_sms delivered');
    expect(pushesTo(world, ada)).toEqual([]);
    expect(textsTo(world, ada)).toHaveLength(1);
    expect(await decisionsOf(world.db, call)).toEqual(['push: preference/turned_off', 'sms: send']);
    expect(await callOf(world.db, call)).toMatchObject({ preview_sent: true });
  });

  test.each([
    ['no token', { device: false }, 'push: address/no_address'],
    ['push switched off', {}, 'push: preference/turned_off'],
  ])('CP-11 path B for want of a push: %s', async (what, options, decision) => {
    const ada = await makeMember(world.db, options);
    if (what !== 'no token')
      await world.db.owner.query('update coaching.members set push_enabled = false where user_id = $1', [ada.id]);
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_sms delivered');
    expect(pushesTo(world, ada)).toEqual([]);
    expect(await decisionsOf(world.db, call)).toEqual([decision, 'sms: send']);
  });

  test('CP-12 path C, the default of premium members: the receipt comes in time, and no SMS', async () => {
    const ada = await makeMember(world.db, { premium: true });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_push sent');
    await report(ada, pushesTo(world, ada)[0]?.deliveryId ?? '', 'delivered');
    expect((await decisionsOf(world.db, call))[1]).toBe('sms: fallback/not_needed');
    // There is no timer any more that could go off.
    expect((await waitIsOver(ada)).rowCount).toBe(0);
    expect(textsTo(world, ada)).toEqual([]);
    expect((await logOf(world.db, call)).map(({ type, status }) => `${type} ${status}`)).toEqual([
      'preview_push delivered',
    ]);
  });

  test('CP-12 path C: no receipt, then SMS; the receipt that comes late changes nothing', async () => {
    const ada = await makeMember(world.db, { pref: 'push_and_sms' });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_push sent');
    expect(textsTo(world, ada)).toEqual([]);
    expect((await waitIsOver(ada)).rowCount).toBe(1);
    await untilLogged(world, call, 'preview_push sent', 'fallback_sms delivered');
    await report(ada, pushesTo(world, ada)[0]?.deliveryId ?? '', 'delivered');
    expect(textsTo(world, ada)).toHaveLength(1);
    expect(await decisionsOf(world.db, call)).toEqual(['push: send', 'sms: send']);
    const previewedAt = (await callOf(world.db, call)).preview_sent_at;
    expect(previewedAt).not.toBeNull();
  });

  test('CP-12 the wait of path C is 30 s, and it ends by a delivery receipt', async () => {
    const fresh = await world.db.owner.query(
      `select step, channels, until_status from notify.fallback_steps where fallback_key = 'push_and_sms' order by step`,
    );
    expect(fresh.rows).toMatchObject([
      { step: 1, channels: ['push'], until_status: 'delivered' },
      { step: 2, channels: ['sms'] },
    ]);
  });

  test('CP-13 neither token nor phone: decided, warned of, and the call happens all the same', async () => {
    const ada = await makeMember(world.db, { device: false, phone: false });
    const watcher = await world.startWorker();
    const call = await callSoon(ada);
    await until('it is decided', async () => (await decisionsOf(world.db, call)).length === 2);
    expect(await decisionsOf(world.db, call)).toEqual(['push: address/no_address', 'sms: address/no_address']);
    expect(await callOf(world.db, call)).toMatchObject({ preview_sent: false, status: 'pending' });
    const event = await world.db.owner.query(
      `select id from notify.events where subject_id = $1 and type_key = 'coaching_preview'`,
      [call],
    );
    await until('a worker has warned', async () =>
      [watcher, ...world.workers].some((worker) =>
        worker.log().some((line) => line.includes('"recipients.unreachable"') && line.includes(event.rows[0].id)),
      ),
    );
    // A number given meanwhile is called at T.
    const phone = freshPhone();
    await world.db.owner.query('update notify.users set phone = $2 where id = $1', [ada.id, phone]);
    await world.db.owner.query(`update coaching.calls set scheduled_at = now() + interval '1 second' where id = $1`, [
      call,
    ]);
    await until('the call was answered', async () => (await callOf(world.db, call)).outcome === 'answered');
  });
});

describe('edge cases', () => {
  test('CP-20 an invalid token: SMS at once, push_enabled is false, the next registration turns it on', async () => {
    const ada = await makeMember(world.db);
    world.sandbox.faults.add({ provider: 'fcm', address: ada.token ?? '', kind: 'gone' });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_push failed', 'fallback_sms delivered');
    const enabled = async () =>
      (await world.db.owner.query('select push_enabled from coaching.members where user_id = $1', [ada.id])).rows[0]
        .push_enabled;
    expect(await enabled()).toBe(false);
    const next = await callSoon(ada);
    await untilLogged(world, next, 'preview_sms delivered');
    const token = await signToken(ada.id);
    const { errors } = await world.api.ask(
      `mutation ($token: String!) { registerDevice(input: { provider: fcm, token: $token }) { result { id } } }`,
      { token, variables: { token: `${ada.token}-new` } },
    );
    expect(errors).toEqual([]);
    expect(await enabled()).toBe(true);
    const third = await callSoon(ada);
    await untilLogged(world, third, 'preview_push sent');
  });

  test('CP-20 without a phone there is nothing to fall back to', async () => {
    const ada = await makeMember(world.db, { phone: false });
    world.sandbox.faults.add({ provider: 'fcm', address: ada.token ?? '', kind: 'gone' });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_push failed');
    expect(await decisionsOf(world.db, call)).toEqual(['push: send', 'sms: address/no_address']);
  });

  test.each([
    ['transient', { kind: 'server_error', status: 503 }],
    ['throttled', { kind: 'throttle' }],
    ['undelivered', { kind: 'soft_bounce' }],
  ] as const)('CP-21 an SMS that fails (%s) is logged and never retried; the call happens', async (_what, fault) => {
    const ada = await makeMember(world.db, { pref: 'sms_only' });
    world.sandbox.faults.add({ provider: 'twilio', address: ada.phone ?? '', ...fault });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_sms failed');
    world.sandbox.faults.clear();
    await world.db.owner.query(`update coaching.calls set scheduled_at = now() + interval '1 second' where id = $1`, [
      call,
    ]);
    await until('the call was answered', async () => (await callOf(world.db, call)).outcome === 'answered');
    expect(textsTo(world, ada)).toHaveLength(1);
    expect((await logOf(world.db, call))[0]?.error).not.toBeNull();
  });

  test('CP-23 STOP: suppressed from then on, with its reason; the opt-out error does the same', async () => {
    const ada = await makeMember(world.db, { pref: 'sms_only' });
    world.sandbox.faults.add({ provider: 'twilio', address: ada.phone ?? '', kind: 'gone' });
    const call = await callSoon(ada);
    await untilLogged(world, call, 'preview_sms failed');
    expect((await logOf(world.db, call))[0]?.error).toBe('opted_out');
    world.sandbox.faults.clear();
    const next = await callSoon(ada);
    await until('it is decided', async () => (await decisionsOf(world.db, next)).length === 2);
    expect(await decisionsOf(world.db, next)).toEqual([
      'push: preference/turned_off',
      'sms: suppression_list/opted_out',
    ]);
    expect(textsTo(world, ada)).toHaveLength(1);
  });

  test('CP-24 a preview that is late, when its call has begun, is skipped with a reason', async () => {
    const ada = await makeMember(world.db);
    const call = await makeCall(world.db, ada.id, '1 hour', { coachId });
    // The queue was down: both are due at once, the preview long since.
    await world.db.owner.query(
      `update coaching.calls set scheduled_at = now() + interval '1 hour 1 second' where id = $1`,
      [call],
    );
    await world.db.owner.query('alter table coaching.calls disable trigger user');
    await world.db.owner.query(
      `update coaching.calls set scheduled_at = now() - interval '1 second', preview_due_at = now() - interval '5 minutes' where id = $1`,
      [call],
    );
    await world.db.owner.query('alter table coaching.calls enable trigger user');
    await world.db.owner.query(
      `update notify.events as e set due_at = case e.type_key when 'coaching_call' then c.scheduled_at else c.preview_due_at end
       from coaching.calls as c where c.id = $1 and e.subject_id = c.id`,
      [call],
    );
    await until('it is decided', async () => (await decisionsOf(world.db, call)).length === 2);
    expect(await decisionsOf(world.db, call)).toEqual(['push: expiry/expired', 'sms: expiry/expired']);
    expect(pushesTo(world, ada)).toEqual([]);
    await until('the call was answered', async () => (await callOf(world.db, call)).outcome === 'answered');
    expect(await callOf(world.db, call)).toMatchObject({ preview_sent: false });
  });
});
