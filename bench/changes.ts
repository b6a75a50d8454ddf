import { parseArgs } from 'node:util';
import { startApiProcess, startDatabase } from './stack.ts';
import { median } from './statistics.ts';

// A person with so many notifications, among ten times as many of others, changes all of them in one call and undoes it: how
// long, beside an update of the same rows that does nothing else?
const { values } = parseArgs({
  allowPositionals: true,
  options: { notifications: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
});
const many = Number(values.notifications);
const ada = '00000000-0000-7000-8000-0000000000a1';
const say = (sentence: string) => console.error(`bench: ${sentence}`);

say('starting PostgreSQL and the API …');
const { pool, apiDatabaseUrl, stop } = await startDatabase();
const api = await startApiProcess(apiDatabaseUrl);
const taken = new Map<string, number[]>();
let kept = 0;
try {
  const token = await api.tokenOf(ada);
  const ask = async (query: string) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: Record<string, { result: never }>; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const measure = async <T>(what: string, round: number, work: () => Promise<T>): Promise<T> => {
    // So that no round pays for the rows that the one before left behind.
    await pool.query('vacuum notify.notifications');
    const startedAt = performance.now();
    const result = await work();
    // The first round warms up.
    if (round >= 0) taken.set(what, [...(taken.get(what) ?? []), performance.now() - startedAt]);
    return result;
  };

  say('writing notifications …');
  await pool.query(`insert into notify.users (id) values ($1)`, [ada]);
  await pool.query('insert into notify.users (name) select null from generate_series(1, 1000)');
  await pool.query(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, thread_id, expires_at)
     select uuidv7(), u.id, 'test_push', 'P0', 'Ada left', 'Ada has left the trip: Lisbon in May', 'trip:' || n % 1000, now()
     from notify.users as u
     cross join lateral generate_series(1, case when u.id = $1 then $2::integer else $2::integer / 100 end) as n`,
    [ada, many],
  );
  await pool.query('vacuum analyze notify.notifications');

  for (let round = -1; round < Number(values.rounds); round++) {
    say(`round ${round + 1} …`);
    await measure('an update of the rows, and nothing else', round, () =>
      pool.query('update notify.notifications set clicked_at = now() where recipient_id = $1', [ada]),
    );
    for (const action of ['read', 'archive', 'delete']) {
      const { changeNotifications } = await measure(`${action}, all that a filter finds`, round, () =>
        ask(
          `mutation { changeNotifications(input: { action: ${action}, filter: {} }) { result { changed undoToken } } }`,
        ),
      );
      const { changed, undoToken } = (
        changeNotifications as unknown as { result: { changed: number; undoToken: string } }
      ).result;
      if (changed !== many) throw new Error(`${changed} changed instead of ${many}`);
      const { undoChange } = await measure(`undo of ${action}`, round, () =>
        ask(`mutation { undoChange(input: { undoToken: "${undoToken}" }) { result } }`),
      );
      if (undoChange?.result !== many) throw new Error('not all was put back');
    }
    await measure('threads, the first 20 of them', round, () =>
      ask('{ inboxThreads(first: 20) { nodes { threadId count unreadCount newest { id title } } } }'),
    );
  }
  const { rows } = await pool.query<{ size: number }>(
    'select max(pg_column_size(c.*))::integer as size from notify_private.inbox_changes as c',
  );
  kept = rows[0]?.size ?? 0;
} finally {
  await api.stop();
  await stop();
}
const base = median(taken.get('an update of the rows, and nothing else') ?? []);
console.log(
  [
    `| ${many.toLocaleString('en')} notifications of a person | median | of the update |`,
    '|---|---|---|',
    ...[...taken].map(
      ([what, times]) => `| ${what} | ${(median(times) / 1_000).toFixed(2)} s | ${(median(times) / base).toFixed(2)} |`,
    ),
    '',
    `What is kept for undo: a row of ${(kept / 1_000_000).toFixed(1)} MB a change.`,
  ].join('\n'),
);
