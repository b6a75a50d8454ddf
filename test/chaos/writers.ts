import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionLoss } from '../../src/worker/persist.ts';
import type { Client, TestDatabase } from '../support/database.ts';

export type WritersOptions = {
  readonly db: TestDatabase;
  readonly people: readonly string[];
  /** How many sessions write as the engine does, and how many as people do. */
  readonly engines: number;
  readonly persons: number;
  /** Between two transactions of one of them, at most. */
  readonly pauseMs: number;
  /** How long, at most, the longest transactions are open. */
  readonly longestMs: number;
};

const actions = ['seen', 'read', 'unread', 'archive', 'unarchive', 'snooze', 'unsnooze', 'delete'] as const;

/**
 * Sessions that change inboxes in transactions of any length, some of which are rolled back. `stop()` waits for them, and gives how many
 * transactions were committed.
 */
export function startWriters({ db, people, engines, persons, pauseMs, longestMs }: WritersOptions) {
  /** Of those that are committed; who has them. */
  const written: { readonly id: string; readonly person: string }[] = [];
  let stopped = false;
  let committed = 0;
  let sequence = 0;
  const pick = <T>(some: readonly T[]) => some[Math.floor(Math.random() * some.length)];
  /** Most are short, as those of applications are; one in fifty is not. */
  const linger = () => sleep(Math.random() < 0.02 ? longestMs * (0.4 + Math.random() * 0.6) : Math.random() * 60);
  const commit = () => Math.random() >= 0.05;

  async function insert(client: Client, isTold: boolean): Promise<{ id: string; person: string }[]> {
    // So many of one person ring otherwise.
    const chosen =
      Math.random() < 0.02
        ? Array<string>(110).fill(pick(people) as string)
        : people.filter(() => Math.random() < 2 / people.length);
    const { rows } = await client.query<{ id: string; person: string }>(
      `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at, told_at)
       select uuidv7(), p, 'test_push', 'P0', p || ' ' || $2::text, 'A body', now() + interval '1 day', case when $3 then now() end
       from unnest($1::uuid[]) as p
       returning id, recipient_id as person`,
      [chosen, String(++sequence), isTold],
    );
    return rows;
  }

  /** Inserts as planning does, tells later what was held, and notes that something was opened. */
  async function writeAsEngine(): Promise<void> {
    const willCommit = commit();
    const made = await db.asOwner(
      async (client) => {
        // A transaction that begins early may touch a row late.
        await client.query('select pg_current_xact_id()');
        const told = await insert(client, true);
        await linger();
        const held = await insert(client, false);
        const opened = pick(written);
        if (opened && Math.random() < 0.5) {
          await client.query(
            `update notify.notifications as n
             set seen_at = clock_timestamp(), changed_xid = notify_private.next_version(n.changed_xid) where n.id = $1`,
            [opened.id],
          );
          await linger();
        }
        await client.query(
          `update notify.notifications as n set told_at = now(), changed_xid = notify_private.next_version(n.changed_xid)
           where n.id = any ($1)`,
          [held.map(({ id }) => id)],
        );
        return [...told, ...held];
      },
      { commit: willCommit },
    );
    if (willCommit) written.push(...made);
  }

  /** Changes some of one's own, twice in one transaction, and takes the second back now and then. */
  async function writeAsPerson(): Promise<void> {
    const person = pick(people) as string;
    const own = written.filter((one) => one.person === person).slice(-30);
    if (own.length === 0) return;
    await db.asUser(
      person,
      async (client) => {
        for (let turn = 0; turn < 2; turn++) {
          const action = pick(actions) as string;
          const ids = own.filter(() => Math.random() < 0.1).map(({ id }) => id);
          const { rows } = await client.query<{ undo_token: string | null }>(
            `select undo_token from notify.change_notifications($1, $2::uuid[], until => case when $1 = 'snooze' then now() + interval '1 day' end)`,
            [action, ids],
          );
          await linger();
          if (rows[0]?.undo_token && Math.random() < 0.3)
            await client.query('select notify.undo_change($1)', [rows[0].undo_token]);
        }
      },
      { commit: commit() },
    );
  }

  const repeat = async (write: () => Promise<void>) => {
    while (!stopped) {
      try {
        await write();
        committed++;
      } catch (error) {
        // PostgreSQL is away: an application tries again, too.
        if (!isConnectionLoss(error)) throw error;
        await sleep(200);
      }
      await sleep(Math.random() * pauseMs);
    }
  };
  const running = [
    ...Array.from({ length: engines }, () => repeat(writeAsEngine)),
    ...Array.from({ length: persons }, () => repeat(writeAsPerson)),
  ];

  return {
    async stop(): Promise<number> {
      stopped = true;
      await Promise.all(running);
      return committed;
    },
  };
}
