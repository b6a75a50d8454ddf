import { setTimeout as sleep } from 'node:timers/promises';
import { people } from '../demo/people.ts';
import type { Stage } from './stage.ts';
import { passADay } from './trip.ts';

const chloe = people[2]?.id as string;
/** Her days are those of her zone. */
const timeZone = people[2]?.timeZone as string;
const coachId = '00000000-0000-7000-8000-0000000000e1';
const topics = [
  'fitness_checkin',
  'meal_review',
  'mood_check',
  'exercise_plan',
  'weekly_weighin',
  'meal_review',
  'streak_celebrate',
];

/** A week of calls with a coach: a preview five minutes before each, and what happens when it is not seen. */
export async function coachAWeek(stage: Stage): Promise<void> {
  await stage.service(`insert into coaching.coaches (id, name) values ($1, 'Maya') on conflict do nothing`, [coachId]);
  await stage.service(
    'insert into coaching.members (user_id, is_premium) values ($1, true) on conflict (user_id) do update set is_premium = true',
    [chloe],
  );
  for (const [index, topicKey] of topics.entries()) {
    const number = index + 1;
    await stage.service(
      `insert into coaching.streaks (user_id, day, last_answered_on) values ($1, $2, (now() at time zone $3)::date - 1)
       on conflict (user_id) do update set day = excluded.day, last_answered_on = excluded.last_answered_on`,
      [chloe, number, timeZone],
    );
    let callId = '';
    await stage.scene(`Day ${number} of Chloé's calls with coach Maya, five minutes before`, async () => {
      callId = await stage.as(chloe, 'scheduleCall', {
        coachId,
        topicKey,
        scheduledAt: new Date(Date.now() + 300_000).toISOString(),
      });
    });
    if (number === 3) {
      await stage.scene(
        'Her phone is off: no receipt within 30 seconds, so the next step of the order goes out',
        async () => {
          const waitMs = await stage.read<number>(
            `select (extract(epoch from wait) * 1000)::integer from notify.fallback_steps where fallback_key = 'push_and_sms' and step = 1`,
          );
          await sleep(waitMs + 1_000);
        },
      );
    } else {
      await stage.scene('Her phone says that it showed it, so no SMS is needed', async () => {
        const deliveries = await stage.read<string[]>(
          `select array_agg(d.id) from notify.deliveries as d
           join notify.notifications as n on n.id = d.notification_id join notify.events as e on e.id = n.event_id
           where d.channel = 'push' and e.subject_id = $1`,
          [callId],
        );
        for (const deliveryId of deliveries ?? [])
          await stage.as(chloe, 'reportReceipt', { deliveryId, kind: 'delivered' });
      });
    }
    if (number === 5) {
      await stage.scene('She cancels today’s call', () => stage.as(chloe, 'cancelCall', { callId }));
    } else {
      await stage.scene('Five minutes later the phone rings', () => ring(stage, callId));
    }
    await passADay(stage);
  }
}

/** The call's time has come; until the provider has said how it ended. */
async function ring(stage: Stage, callId: string): Promise<void> {
  await stage.service('update coaching.calls set scheduled_at = now() where id = $1', [callId]);
  for (let waited = 0; waited < 20_000; waited += 100) {
    if (await stage.read<boolean>(`select status = 'completed' from coaching.calls where id = $1`, [callId])) return;
    await sleep(100);
  }
}
