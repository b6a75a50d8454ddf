import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  callOf,
  callsTo,
  decisionsOf,
  logOf,
  makeCall,
  makeCoach,
  makeMember,
  startWorld,
  type World,
} from './world.ts';

let world: World;
let coachId: string;
beforeAll(async () => {
  world = await startWorld();
  coachId = await makeCoach(world.db);
});
afterAll(() => world?.stop());

const ended = (call: string) =>
  until('the call is over', async () => {
    const found = await callOf(world.db, call);
    return found.status === 'completed' && found;
  });

describe('CP-6 the call is placed at T through Twilio, and its outcome is kept on it', () => {
  test.each([
    [null, 'answered', null],
    [{ kind: 'soft_bounce', reason: 'machine_start' }, 'voicemail', 'machine_start'],
    [{ kind: 'soft_bounce', reason: 'fax' }, 'voicemail', 'fax'],
    [{ kind: 'soft_bounce' }, 'no_answer', 'no_answer'],
    [{ kind: 'soft_bounce', reason: 'busy' }, 'no_answer', 'busy'],
    [{ kind: 'hard_bounce' }, 'failed', 'refused'],
    [{ kind: 'reject', reason: '13227' }, 'failed', 'region_disabled'],
    [{ kind: 'server_error', status: 503 }, 'failed', 'server_error'],
  ] as const)('%j: %s', async (fault, outcome, reason) => {
    const ada = await makeMember(world.db, { streak: 3 });
    if (fault) world.sandbox.faults.add({ provider: 'twilio_voice', address: ada.phone ?? '', ...fault });
    const call = await makeCall(world.db, ada.id, '1 second', { coachId, topic: 'meal_review' });
    const { scheduled_at: at } = await callOf(world.db, call);
    expect(await ended(call)).toMatchObject({ outcome, outcome_reason: reason });
    const [entry, ...others] = callsTo(world, ada);
    expect(others).toEqual([]);
    expect(entry?.body).toBe("Hello, this is Coach Max. Day 3: yesterday's meals review.");
    expect(Date.parse(entry?.at ?? '')).toBeGreaterThanOrEqual(at.getTime());
    expect(await one(world.db.owner, 'select day from coaching.streaks where user_id = $1', [ada.id])).toBe(
      outcome === 'answered' ? 4 : 3,
    );
    expect((await callOf(world.db, call)).answered_at !== null).toBe(outcome === 'answered' || outcome === 'voicemail');
  });

  test('W25: a verdict that comes after the end changes the outcome, and the streak with it', async () => {
    const ada = await makeMember(world.db, { streak: 3 });
    world.sandbox.faults.add({
      provider: 'twilio_voice',
      address: ada.phone ?? '',
      kind: 'late_receipt',
      reason: 'machine_start',
      latencyMs: 20,
    });
    const call = await makeCall(world.db, ada.id, '1 second', { coachId });
    await until('the verdict is in', async () => (await callOf(world.db, call)).outcome === 'voicemail');
    const found = await callOf(world.db, call);
    expect(found).toMatchObject({ status: 'completed', outcome_reason: 'machine_start' });
    expect(found.duration_seconds).toBeLessThan(60);
    expect(await one(world.db.owner, 'select day from coaching.streaks where user_id = $1', [ada.id])).toBe(3);
  });

  test('in the language of the person, with the voice of the coach; an agent converses where there is one', async () => {
    const ada = await makeMember(world.db, { locale: 'fr' });
    await ended(await makeCall(world.db, ada.id, '1 second', { coachId }));
    expect(callsTo(world, ada)[0]?.body).toBe("Bonjour, c'est Coach Max. Jour 1 : point humeur & énergie.");
    expect((callsTo(world, ada)[0]?.raw as { Twiml?: string } | undefined)?.Twiml).toContain(
      '<Say voice="alice" language="fr-FR">',
    );
    const ben = await makeMember(world.db);
    const agent = await makeCoach(world.db, 'Zoë', 'https://agent.example/zoe');
    await ended(await makeCall(world.db, ben.id, '1 second', { coachId: agent }));
    expect(callsTo(world, ben)[0]?.raw).toMatchObject({ Url: 'https://agent.example/zoe' });
  });

  test('an answer that was lost is no reason to ring twice: the reports settle it', async () => {
    const ada = await makeMember(world.db);
    world.sandbox.faults.add({
      provider: 'twilio_voice',
      address: ada.phone ?? '',
      kind: 'reset',
      reason: 'accepted',
      times: 1,
    });
    expect(await ended(await makeCall(world.db, ada.id, '1 second', { coachId }))).toMatchObject({
      outcome: 'answered',
    });
    expect(callsTo(world, ada)).toHaveLength(1);
  });

  test('a call without a number, or without a report, ends some day', async () => {
    const [ada, ben] = [await makeMember(world.db, { phone: false }), await makeMember(world.db)];
    world.sandbox.faults.add({ provider: 'twilio_voice', address: ben.phone ?? '', kind: 'lost_receipt' });
    const calls = [
      await makeCall(world.db, ada.id, '1 second', { coachId }),
      await makeCall(world.db, ben.id, '1 second', { coachId }),
    ];
    await until('it rings', async () => (await callOf(world.db, calls[1] ?? '')).status === 'in_progress');
    await until(
      'it is decided',
      async () => (await decisionsOf(world.db, calls[0] ?? '', 'coaching_call')).length === 1,
    );
    const sweep = (after: string) =>
      world.db.owner.query('select coaching_private.make_and_close_calls(null, now() + $1::interval)', [after]);
    await sweep('16 minutes');
    expect(await callOf(world.db, calls[0] ?? '')).toMatchObject({ outcome: 'failed', outcome_reason: 'no_address' });
    expect(await callOf(world.db, calls[1] ?? '')).toMatchObject({ status: 'in_progress' });
    await sweep('3 hours');
    expect(await callOf(world.db, calls[1] ?? '')).toMatchObject({ outcome: 'failed', outcome_reason: 'no_report' });
  });

  test('a canceled call is not placed', async () => {
    const ada = await makeMember(world.db);
    // In one transaction, so that it is canceled before its time whatever the time.
    const { gone, kept } = await world.db.asOwner(
      async (client) => {
        const make = () =>
          one<string>(
            client,
            `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
             values ($1, $2, 'mood_check', now() + interval '1 second') returning id`,
            [ada.id, coachId],
          );
        const calls = { gone: await make(), kept: await make() };
        await client.query(`update coaching.calls set status = 'canceled' where id = $1`, [calls.gone]);
        return calls;
      },
      { commit: true },
    );
    await ended(kept);
    expect(callsTo(world, ada)).toHaveLength(1);
    expect(await logOf(world.db, gone)).toEqual([]);
    expect(await callOf(world.db, gone)).toMatchObject({ status: 'canceled', outcome: null });
  });
});
