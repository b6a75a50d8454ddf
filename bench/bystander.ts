import { fork } from 'node:child_process';
import { once } from 'node:events';
import { subscriptionOf } from '../src/sandbox/browser.ts';
import type { Attack, Statuses } from './attacks.ts';
import { insertLatency } from './latency.ts';
import { type Stack, sleep } from './stack.ts';
import { median, percentile } from './statistics.ts';

// Another person than the one who asks for everything: how long do their unreadCount and their P0 push take?

export const bystander = '00000000-0000-7000-8000-0000000000a2';

/** Milliseconds each. */
export type Figures = { readonly counts: readonly number[]; readonly pushes: readonly number[] };

/** Makes the bystander, with 200 notifications and one browser. */
export async function createBystander({ pool, sandboxes }: Stack): Promise<void> {
  await pool.query('insert into notify.users (id) values ($1)', [bystander]);
  await createNotifications(pool, bystander, 200);
  const { endpoint, keys } = subscriptionOf(sandboxes.urgent.webPushOrigin, 'bystander-laptop');
  await pool.query(
    `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth) values ($1, 'web_push', $2, $3, $4)`,
    [bystander, endpoint, keys.p256dh, keys.auth],
  );
  await pool.query(`insert into bench.followers values ($1, 'web_push')`, [bystander]);
}

export async function createNotifications(pool: Stack['pool'], user: string, count: number): Promise<void> {
  await pool.query(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
     select uuidv7(), $1, 'test_push', 'P0', 'A title', 'A body', now() from generate_series(1, $2)`,
    [user, count],
  );
}

/**
 * The bystander asks for their unreadCount, one request after the other, and gets ten P0 pushes a second, until the
 * signal. A push that does not come within three seconds of it took for ever.
 */
export async function measure(stack: Stack, signal: AbortSignal): Promise<Figures> {
  const { api } = stack;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await api.tokenOf(bystander)}` };
  const counts: number[] = [];
  const counting = (async () => {
    while (!signal.aborted) {
      const startedAt = performance.now();
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers,
        body: '{"query":"{ unreadCount }"}',
      });
      const { data } = (await response.json()) as { data?: { unreadCount?: unknown } };
      if (data?.unreadCount === undefined) throw new Error(`The bystander was refused with status ${response.status}`);
      counts.push(performance.now() - startedAt);
      await sleep(25);
    }
  })();
  const pushes = await insertLatency(stack, {
    priority: 'P0',
    crowd: 'web_push',
    intervalMs: 100,
    signal,
    patienceMs: 3_000,
  });
  await counting;
  return { counts, pushes };
}

/** Begins what bench/attacks.ts does; `end` ends it, `ended` says how it was answered. */
export function startAttack(attack: Attack): { end(): void; readonly ended: Promise<Statuses> } {
  const child = fork(new URL('attacks.ts', import.meta.url));
  child.send(attack);
  return {
    end: () => child.send('end'),
    ended: once(child, 'message').then(([statuses]) => statuses as Statuses),
  };
}

/** The median and the 99th percentile, `p50 / p99`. */
export const shown = (samples: readonly number[]) =>
  `${Math.round(median(samples))} / ${Math.round(percentile(samples, 0.99))}`;
