import { createHash } from 'node:crypto';
import type pg from 'pg';
import { subscriptionOf } from '../sandbox/browser.ts';
import { circle, type DemoDevice, people } from './people.ts';

export type DemoOptions = {
  /**
   * Where the sandbox's push service is (`https://host:port`); null: browsers are left out. Devices are pretended ones,
   * so only of providers that the sandbox stands in for: the real ones would refuse them.
   */
  readonly webPushOrigin: string | null;
  readonly providers: ReadonlySet<DemoDevice['provider']>;
};

/**
 * Loads a circle of friends with devices in the sandbox. Run again it adds what is missing, moves browsers to where the
 * sandbox is now, and leaves alone what people changed since. No trip: making the first one is the newcomer's.
 *
 * @param owner a connection as the database's owner
 * @returns how many rows it wrote
 */
export async function loadDemo(owner: pg.ClientBase, options: DemoOptions): Promise<number> {
  let written = 0;
  const run = async (sql: string, values: unknown[]) => {
    written += (await owner.query(sql, values)).rowCount ?? 0;
  };
  await owner.query('begin');
  try {
    await run('insert into trips.circles (id, name) values ($1, $2) on conflict do nothing', [circle.id, circle.name]);
    for (const person of people) {
      await run(
        `insert into notify.users (id, external_id, name, email, email_verified_at, phone, locale, time_zone)
         values ($1, $2, $3, $4, now(), $5, $6, $7) on conflict do nothing`,
        [
          person.id,
          `demo-${person.email.split('@')[0]}`,
          person.name,
          person.email,
          person.phone,
          person.locale,
          person.timeZone,
        ],
      );
      await run('insert into trips.memberships (circle_id, user_id) values ($1, $2) on conflict do nothing', [
        circle.id,
        person.id,
      ]);
      for (const device of person.devices) {
        const address = addressOf(device, options);
        if (address === null) continue;
        // A token registered by somebody else meanwhile is theirs; one that stayed the same stays as it is, also where
        // a provider has declared it gone.
        await run(
          `insert into notify.devices as d (id, user_id, provider, token, web_push_p256dh, web_push_auth, platform, name)
           select $1, $2, $3, $4, $5, $6, $7, $8
           where not exists (select from notify.devices as o where o.provider = $3 and o.token = $4 and o.id <> $1)
           on conflict (id) do update
             set token = excluded.token, web_push_p256dh = excluded.web_push_p256dh, web_push_auth = excluded.web_push_auth,
                 registered_at = now(), deactivated_at = null, deactivation_reason = null
             where d.token <> excluded.token`,
          [
            device.id,
            person.id,
            device.provider,
            address.token,
            address.p256dh,
            address.auth,
            device.platform,
            device.name,
          ],
        );
      }
    }
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
  return written;
}

type Address = { readonly token: string; readonly p256dh: string | null; readonly auth: string | null };

/** What the device would have registered with; null where nothing would answer there. */
function addressOf(device: DemoDevice, { providers, webPushOrigin }: DemoOptions): Address | null {
  if (!providers.has(device.provider)) return null;
  const digest = createHash('sha256').update(`rowbell-demo ${device.name}`);
  if (device.provider === 'apns') return { token: digest.digest('hex'), p256dh: null, auth: null };
  if (device.provider === 'fcm') {
    return { token: `${device.name}:${digest.digest('base64url')}`, p256dh: null, auth: null };
  }
  if (webPushOrigin === null) return null;
  const { endpoint, keys } = subscriptionOf(webPushOrigin, device.name);
  return { token: endpoint, p256dh: keys.p256dh, auth: keys.auth };
}
