import { clock, frequencies, hour, type Rand, someWindows, type World, windowsText } from '../support/rules-world.ts';
import type { ClockedDatabase } from './clock.ts';

/** Some people change what they decided for everything, or what they want of a type; who. */
export async function changeSomePeople(
  { db }: ClockedDatabase,
  random: Rand,
  { people, kinds }: World,
  at: number,
): Promise<string[]> {
  const changed = random.some(people, 10).map(({ id }) => id);
  for (const id of changed) {
    if (random.chance(50)) {
      const kind = random.from(kinds);
      await db.owner.query(
        `insert into notify.preferences (user_id, type_key, channel, enabled, frequency) values ($1, $2, $3, $4, $5)
         on conflict (user_id, type_key, channel) do update set enabled = excluded.enabled, frequency = excluded.frequency`,
        [id, kind.key, random.from(kind.channels), random.chance(70), random.from(frequencies)],
      );
    } else {
      await db.owner.query(
        `insert into notify.personal_settings (user_id, digest_time, quiet_hours, paused_until, daily_cap) values ($1, $2, $3, $4, $5)
         on conflict (user_id) do update set digest_time = excluded.digest_time, quiet_hours = excluded.quiet_hours,
           paused_until = excluded.paused_until, daily_cap = excluded.daily_cap`,
        [
          id,
          random.chance(50) ? clock(random(24) * hour) : null,
          random.chance(50) ? windowsText(someWindows(random)) : null,
          random.chance(40) ? new Date(at + (1 + random(40)) * hour) : null,
          random.chance(40) ? 1 + random(6) : null,
        ],
      );
    }
  }
  return changed;
}
