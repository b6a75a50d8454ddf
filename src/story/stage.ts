import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** What the story is played on: a running Rowbell, seen as its people, as a service, and as someone who may look everywhere. */
export type Stage = {
  /** One mutation through the API as this person's app would send it; the id of what it made. */
  as(userId: string, mutation: string, input: Readonly<Record<string, unknown>>): Promise<string>;
  /** A statement as any service would write it, by the role for services. */
  service(sql: string, values?: readonly unknown[]): Promise<void>;
  /** A statement of the owner's, for what only time itself could do. */
  time(sql: string, values?: readonly unknown[]): Promise<void>;
  /** One value, as the owner. */
  read<T>(sql: string, values?: readonly unknown[]): Promise<T>;
  /** Says what happens now, lets it happen, and tells which phones rang and what was held back. */
  scene(title: string, act: () => Promise<unknown>): Promise<void>;
};

export type StageOptions = {
  /** A connection of the owner's. */
  readonly owner: pg.ClientBase;
  readonly graphqlUrl: string;
  readonly tokenOf: (userId: string) => Promise<string>;
  readonly say: (line: string) => void;
};

/** Of those that are told the same as others. */
const sharedInputs: Readonly<Record<string, string>> = {
  cancelCall: 'CallIdInput',
  openTrip: 'TripIdInput',
  proposeDates: 'DateWindowIdInput',
  supportDates: 'DateWindowIdInput',
};

export function createStage({ owner, graphqlUrl, tokenOf, say }: StageOptions): Stage {
  const read: Stage['read'] = async <T>(sql: string, values: readonly unknown[] = []) => {
    const { rows } = await owner.query<Record<string, T>>(sql, [...values]);
    return Object.values(rows[0] ?? {})[0] as T;
  };

  async function settled(): Promise<void> {
    for (let waited = 0; waited < 60_000; waited += 100) {
      const busy = await read<boolean>(
        `select exists (select from notify.events where planned_at is null and canceled_at is null and coalesce(retry_at, due_at) <= now())
           or exists (select from notify.holds where released_at is null and due_at <= now())
           or exists (select from notify.deliveries where status = 'sending' or due_at <= now())`,
      );
      if (!busy) return;
      await sleep(100);
    }
  }

  return {
    read,
    async as(userId, mutation, input) {
      const type = sharedInputs[mutation] ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
      const response = await fetch(graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(userId)}` },
        body: JSON.stringify({
          query: `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${making.has(mutation) ? 'result { id }' : 'clientMutationId'} } }`,
          variables: { input },
        }),
      });
      const { data, errors } = (await response.json()) as {
        data?: Record<string, { result?: { id?: string } }>;
        errors?: { message: string }[];
      };
      if (errors) throw new Error(`${mutation}: ${errors.map(({ message }) => message).join('; ')}`);
      return data?.[mutation]?.result?.id ?? '';
    },
    async service(sql, values = []) {
      await owner.query('begin');
      try {
        await owner.query('set local role rowbell_writer');
        await owner.query(sql, [...values]);
        await owner.query('commit');
      } catch (error) {
        await owner.query('rollback');
        throw error;
      }
    },
    async time(sql, values = []) {
      await owner.query(sql, [...values]);
    },
    async scene(title, act) {
      say(`\n${title}`);
      const since = await read<Date>('select clock_timestamp()');
      await act();
      await settled();
      for (const line of await whatHappened(owner, since)) say(`  ${line}`);
    },
  };
}

/** Mutations whose answer the story goes on with. */
const making = new Set(['createTrip', 'suggestDates', 'scheduleCall']);

/** One line for each address that was reached, and for each candidate that was not let pass, with why. */
async function whatHappened(owner: pg.ClientBase, since: Date): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(
    `select line from (
       select d.sent_at as at, format('→ %s %s  %s', u.name, coalesce(v.name, d.channel),
         case when n.channel_texts ? d.channel then coalesce(d.rendered_text, n.channel_texts -> d.channel) ->> 'body'
           else coalesce(d.rendered_text ->> 'title', n.title) || ' · ' || coalesce(d.rendered_text ->> 'body', n.body) end) as line
       from notify.deliveries as d
       join notify.notifications as n on n.id = d.notification_id
       join notify.users as u on u.id = d.recipient_id
       left join notify.devices as v on v.id = d.device_id
       where d.sent_at >= $1 and d.channel <> 'in_app'
       union all
       select c.decided_at, format('· %s, %s of %s: %s', u.name, c.channel, e.type_key, x.because)
       from notify.decisions as c
       join notify.events as e on e.id = c.event_id
       join notify.users as u on u.id = c.recipient_id
       cross join lateral (
         select p.because from notify.explain(event_id => c.event_id, recipient_id => c.recipient_id) as p
         where p.channel = c.channel and p.rule = c.rule and p.verdict not in ('passed', 'not_asked')
         order by p.judgement desc limit 1
       ) as x
       -- That somebody has no mailbox or no number is no news.
       where c.decided_at >= $1 and c.outcome <> 'send' and c.rule not in ('address')
     ) as happened order by at, line`,
    [since],
  );
  return rows.map(({ line }) => line);
}
