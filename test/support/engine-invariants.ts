import { expect } from 'vitest';
import type { Journal } from '../../src/sandbox/journal.ts';
import type { TestDatabase } from './database.ts';
import { one } from './one.ts';
import { until } from './until.ts';

/** Waits until no event waits to be planned and no delivery to be sent. */
export async function untilSettled(db: TestDatabase, withinMs = 400_000): Promise<void> {
  await until(
    'everything is planned and sent',
    () =>
      one<boolean>(
        db.owner,
        `select not exists (select from notify.events where planned_at is null)
           and not exists (select from notify.deliveries where status in ('queued', 'sending'))`,
      ),
    { withinMs, everyMs: 200 },
  );
}

/**
 * What must hold after any crash: everyone was decided about once, every delivery ended, an SMS reached its provider at
 * most once, a push at least once and always under one id, and the attempts on record are those that were made.
 *
 * The test's copy must differ from event to event, so that address and words tell what a journal's entry was meant to be.
 */
export async function expectNothingLostOrDoubled(
  db: TestDatabase,
  journal: Journal,
  expected: { readonly pushes: number; readonly texts: number },
): Promise<void> {
  const { rows: deliveries } = await db.owner.query<{
    id: string;
    channel: string;
    status: string;
    attempt: number;
    outcomes: string[];
    numbers: number[];
  }>(
    `select d.id, d.channel, d.status, d.attempt, a.outcomes, a.numbers
     from notify.deliveries as d
     cross join lateral (
       select coalesce(array_agg(a.outcome order by a.attempt), '{}') as outcomes, coalesce(array_agg(a.attempt order by a.attempt), '{}') as numbers
       from notify.delivery_attempts as a where a.delivery_id = d.id
     ) as a`,
  );
  const pushes = deliveries.filter(({ channel }) => channel === 'push');
  const texts = deliveries.filter(({ channel }) => channel === 'sms');
  expect({ pushes: pushes.length, texts: texts.length }).toEqual(expected);
  expect(new Set(pushes.map(({ status }) => status))).toEqual(new Set(['sent']));
  expect(texts.filter(({ status }) => !['sent', 'unknown', 'failed'].includes(status))).toEqual([]);

  // Attempts are numbered from 1 without a gap; the last one is the one that the status speaks of.
  const inconsistent = deliveries.filter(
    ({ status, attempt, outcomes, numbers }) =>
      numbers.length !== attempt ||
      numbers.some((number, index) => number !== index + 1) ||
      (status === 'sent') !== (outcomes.at(-1) === 'accepted') ||
      outcomes.slice(0, -1).includes('accepted'),
  );
  expect(inconsistent).toEqual([]);

  const entries = journal.list();
  const byDelivery = Map.groupBy(entries, (entry) => entry.deliveryId);
  expect(texts.filter(({ id }) => (byDelivery.get(id)?.length ?? 0) > 1)).toEqual([]);
  expect(texts.filter(({ id, status }) => status === 'sent' && byDelivery.get(id)?.length !== 1)).toEqual([]);
  const arrived = (id: string) => byDelivery.get(id)?.some(({ status }) => status === 200) === true;
  expect(pushes.filter(({ id }) => !arrived(id))).toEqual([]);
  const ids = new Map<string, Set<string | null>>();
  // What a kill cut off half-way has no words to tell it by.
  for (const entry of entries.filter(({ body }) => body !== null)) {
    const meant = `${entry.provider} ${entry.address} ${entry.body}`;
    ids.set(meant, (ids.get(meant) ?? new Set()).add(entry.deliveryId));
  }
  expect([...ids].filter(([, found]) => found.size > 1)).toEqual([]);
  const known = new Set<string | null>(deliveries.map(({ id }) => id));
  expect(entries.filter((entry) => !known.has(entry.deliveryId))).toEqual([]);
  expect(await one(db.owner, 'select count(*)::integer from notify_private.claims')).toBe(0);
}
