import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import type { ProviderName } from '../../src/providers/types.ts';
import { subscriptionOf } from '../../src/sandbox/browser.ts';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import type { Sky } from './sky.ts';

export type Pool = Pick<pg.Pool, 'query'>;

/** Where a provider can be in trouble by itself: the provider, or one of the origins of Web Push and webhooks. */
export type Track = { readonly provider: ProviderName; readonly place: number };
export type Address = Track & { readonly address: string };
export type Person = { readonly id: string; readonly addresses: readonly Address[] };

const providers = ['apns', 'fcm', 'web_push', 'smtp', 'twilio', 'twilio_voice', 'webhook'] as const;

export const tracks: readonly Track[] = providers.flatMap((provider) =>
  (provider === 'web_push' || provider === 'webhook' ? [0, 1, 2] : [0]).map((place) => ({ provider, place })),
);

export const isTrack = (one: Track) => (other: Track) => one.provider === other.provider && one.place === other.place;

/** Makes the product that tells people something (bench/weather/pack.sql). */
export async function installStorm(pool: Pool): Promise<void> {
  await pool.query(await readFile(new URL('pack.sql', import.meta.url), 'utf8'));
}

/** So many people, each with an address at every provider. */
export function makeCrowd(pool: Pool, sky: Sky, count: number): Promise<Person[]> {
  return insert(
    pool,
    sky,
    Array.from({ length: count }, (_, n) =>
      personOf(
        sky,
        1_000 + n,
        providers.map((provider) => ({ provider, place: n % 3 })),
      ),
    ),
  );
}

/** People with one address each, some at every place: whom nothing but a fault of that place concerns. */
export async function makeBystanders(pool: Pool, sky: Sky, each: number): Promise<Map<Track, readonly Person[]>> {
  const made = new Map<Track, readonly Person[]>();
  for (const [index, track] of tracks.entries()) {
    const first = 1_000_000 + index * each;
    made.set(
      track,
      await insert(
        pool,
        sky,
        Array.from({ length: each }, (_, n) => personOf(sky, first + n, [track])),
      ),
    );
  }
  return made;
}

function personOf(sky: Sky, number: number, at: readonly Track[]): Person {
  const phone = `+1${2_000_000_000 + number}`;
  const name = `storm-${number}`;
  const addressOf = ({ provider, place }: Track): string => {
    if (provider === 'apns') return createHash('sha256').update(name).digest('hex');
    if (provider === 'fcm') return `fcm-${createHash('sha512').update(name).digest('hex')}`;
    if (provider === 'web_push') return subscriptionOf(sky.origins.web_push[place] as string, name).endpoint;
    if (provider === 'webhook') return `${sky.origins.webhook[place]}/hooks/${name}`;
    // No bystander shares a mail domain with the crowd.
    return provider === 'smtp' ? `${name}@mail-${at.length}-${number % 40}.example` : phone;
  };
  return {
    id: randomUUID(),
    addresses: at.map((track) => {
      const place = track.provider === 'web_push' || track.provider === 'webhook' ? track.place : 0;
      return { provider: track.provider, place, address: addressOf({ ...track, place }) };
    }),
  };
}

async function insert(pool: Pool, sky: Sky, people: readonly Person[]): Promise<Person[]> {
  const find = ({ addresses }: Person, provider: ProviderName) =>
    addresses.find((address) => address.provider === provider)?.address ?? null;
  await pool.query(
    `insert into notify.users (id, email, email_verified_at, phone)
     select u.id, u.email, case when u.email is not null then now() end, u.phone from unnest($1::uuid[], $2::text[], $3::text[]) as u (id, email, phone)`,
    [
      people.map(({ id }) => id),
      people.map((person) => find(person, 'smtp')),
      people.map((person) => find(person, 'twilio') ?? find(person, 'twilio_voice')),
    ],
  );
  const rows = people.flatMap(({ id, addresses }) => addresses.map((address) => ({ id, ...address })));
  const devices = rows
    .filter(({ provider }) => ['apns', 'fcm', 'web_push'].includes(provider))
    .map((device) => {
      const name = /\/push\/(storm-\d+)~/.exec(device.address)?.[1];
      const keys = name === undefined ? null : subscriptionOf(sky.origins.web_push[device.place] as string, name).keys;
      return { ...device, keys };
    });
  await pool.query(
    `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])`,
    [
      devices.map(({ id }) => id),
      devices.map(({ provider }) => provider),
      devices.map(({ address }) => address),
      devices.map(({ keys }) => keys?.p256dh ?? null),
      devices.map(({ keys }) => keys?.auth ?? null),
    ],
  );
  const hooks = rows.filter(({ provider }) => provider === 'webhook');
  await pool.query(
    `insert into notify.webhook_endpoints (user_id, url, secret) select * from unnest($1::uuid[], $2::text[], $3::text[])`,
    [
      hooks.map(({ id }) => id),
      hooks.map(({ address }) => address),
      hooks.map(({ address }) => webhookSecretOf(address.slice(address.lastIndexOf('/') + 1))),
    ],
  );
  return [...people];
}

/** An event for each of them. */
export async function tell(pool: Pool, type: string, people: readonly Pick<Person, 'id'>[]): Promise<void> {
  await pool.query(
    `insert into notify.events (type_key, data) select $1, jsonb_build_object('to', jsonb_build_array(u.id)) from unnest($2::text[]) as u (id)`,
    [type, people.map(({ id }) => id)],
  );
}
