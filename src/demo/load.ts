import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { createKysely } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
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
 * Loads a circle of friends with devices in the sandbox; the people alone where the pack `trips` is not on. Run again it adds what is missing, moves browsers to where the
 * sandbox is now, and leaves alone what people changed since. No trip: making the first one is the newcomer's.
 *
 * @param owner a connection as the database's owner
 * @returns how many rows it wrote
 */
export async function loadDemo(owner: pg.ClientBase, options: DemoOptions): Promise<number> {
  return await createKysely(owner)
    .transaction()
    .execute(async (db) => {
      const written = [
        await db
          .insertInto('notify.users')
          .values(
            people.map(({ timeZone, devices: _, ...person }) => ({
              ...person,
              external_id: `demo-${person.email.split('@')[0]}`,
              email_verified_at: sql<Date>`now()`,
              time_zone: timeZone,
            })),
          )
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      ];
      if (await isOn(db, 'trips')) written.push(...(await placeCircle(db)));
      for (const { id, devices } of people) {
        for (const device of devices) {
          const address = addressOf(device, options);
          if (address !== null) written.push(await placeDevice(db, id, device, address));
        }
      }
      return written.flat().reduce((sum, { numInsertedOrUpdatedRows }) => sum + Number(numInsertedOrUpdatedRows), 0);
    });
}

async function isOn(db: Kysely<DB>, pack: string): Promise<boolean> {
  const row = await db.selectFrom('notify.packs').select('enabled').where('name', '=', pack).executeTakeFirst();
  return row?.enabled === true;
}

async function placeCircle(db: Kysely<DB>) {
  return [
    await db
      .insertInto('trips.circles')
      .values(circle)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
    await db
      .insertInto('trips.memberships')
      .values(people.map(({ id }) => ({ circle_id: circle.id, user_id: id })))
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  ];
}

async function placeDevice(db: Kysely<DB>, userId: string, device: DemoDevice, address: Address) {
  const { id, provider, platform, name } = device;
  const others = db
    .selectFrom('notify.devices')
    .select('id')
    .where('provider', '=', provider)
    .where('token', '=', address.token)
    .where('id', '<>', id);
  // A token registered by somebody else meanwhile is theirs.
  if ((await others.executeTakeFirst()) !== undefined) return [];
  return await db
    .insertInto('notify.devices')
    .values({ id, user_id: userId, provider, platform, name, ...address })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => ({
          token: eb.ref('excluded.token'),
          web_push_p256dh: eb.ref('excluded.web_push_p256dh'),
          web_push_auth: eb.ref('excluded.web_push_auth'),
          registered_at: sql`now()`,
          deactivated_at: null,
          deactivation_reason: null,
        }))
        // One that stayed the same stays as it is, also where a provider has declared it gone.
        .whereRef('notify.devices.token', '<>', 'excluded.token'),
    )
    .execute();
}

type Address = {
  readonly token: string;
  readonly web_push_p256dh: string | null;
  readonly web_push_auth: string | null;
};

/** What the device would have registered with; null where nothing would answer there. */
function addressOf(device: DemoDevice, { providers, webPushOrigin }: DemoOptions): Address | null {
  if (!providers.has(device.provider)) return null;
  const digest = createHash('sha256').update(`rowbell-demo ${device.name}`);
  if (device.provider === 'apns') return { token: digest.digest('hex'), web_push_p256dh: null, web_push_auth: null };
  if (device.provider === 'fcm') {
    return { token: `${device.name}:${digest.digest('base64url')}`, web_push_p256dh: null, web_push_auth: null };
  }
  if (webPushOrigin === null) return null;
  const { endpoint, keys } = subscriptionOf(webPushOrigin, device.name);
  return { token: endpoint, web_push_p256dh: keys.p256dh, web_push_auth: keys.auth };
}
