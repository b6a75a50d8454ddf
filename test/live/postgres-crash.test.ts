import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { asSuperuser } from '../support/cluster.ts';
import { type CrashingPostgres, startCrashingPostgres } from '../support/crashing-postgres.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { connectLive, inboxChanged } from '../support/live.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let postgres: CrashingPostgres;
let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  postgres = await startCrashingPostgres();
  db = await createDatabase({ cluster: postgres.address });
  api = await startTestApi(db);
  // What was not flushed is lost in a crash; as a rule that is half a second of it.
  await asSuperuser(postgres.address, async (client) => {
    await client.query(`alter system set wal_writer_delay = '10s'`);
    await client.query(`alter system set wal_writer_flush_after = '1GB'`);
    await client.query('select pg_reload_conf()');
  });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
  await postgres?.stop();
});

const inboxSince = `query ($after: LiveCursor!) { inboxSince(after: $after) { cursor reset items { id version } } }`;
const newest = async () => one<bigint>(db.owner, 'select pg_current_xact_id()::text').then(BigInt);
const transactionOf = (cursor: string) => BigInt(`0x${cursor.split('.')[1]}`);
/** A connection that was open may be found broken once. */
const answered = () => until('PostgreSQL answers', () => one<number>(db.owner, 'select 1').catch(() => null));

/** As planning writes: nobody waits until it is flushed. */
async function writeUnflushed(person: string): Promise<void> {
  await db.asOwner(
    async (client) => {
      await client.query('set local synchronous_commit = off');
      await client.query(
        `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at, told_at)
         select uuidv7(), $1, 'test_push', 'P0', 'A title', 'A body', now() + interval '1 day', now()`,
        [person],
      );
    },
    { commit: true },
  );
}

async function killBackend(): Promise<void> {
  const pid = await one<number>(db.owner, 'select pg_backend_pid()');
  process.kill(pid, 'SIGKILL');
}

test.each([
  ['PostgreSQL is killed', () => postgres.crash(0)],
  ['a process of PostgreSQL is killed, and the others begin anew', killBackend],
])(
  'NC-40: %s: ids of transactions come again, and whoever has a cursor from before begins anew',
  async (_how, crash) => {
    const person = await createUser(db);
    const token = await signToken(person);
    const live = await connectLive(api, token);
    const inbox = live.subscribe(inboxChanged);
    const { cursor: first } = await inbox.frame('the first frame', () => true);
    // Whoever writes at the same time and waits until that is flushed has all of it flushed.
    let cursor = first;
    for (let isFlushed = true; isFlushed; ) {
      const before = await one<string>(db.owner, 'select pg_current_wal_insert_lsn()::text');
      for (let n = 0; n < 40; n++) await writeUnflushed(person);
      const passed = transactionOf(cursor) + 30n;
      ({ cursor } = await inbox.frame('all of them', (frame) => transactionOf(frame.cursor) >= passed));
      isFlushed = await one<boolean>(db.owner, 'select pg_current_wal_flush_lsn() > $1::pg_lsn', [before]);
    }

    await crash();
    await answered();
    // Some went, and their numbers come again: without that the rest would prove nothing.
    await makeNotifications(db, person, [{}]);
    expect(await newest()).toBeLessThan(transactionOf(cursor));
    while ((await newest()) <= transactionOf(cursor));

    await inbox.frame('begin anew', ({ reset }) => reset);
    const { data } = await until('the API answers', async () => {
      const answer = await api.ask(inboxSince, { token, variables: { after: cursor } });
      return answer.data && answer;
    });
    expect(data.inboxSince).toMatchObject({ reset: true, items: [] });
    // From there on nothing is missed.
    const [next = ''] = await makeNotifications(db, person, [{}]);
    const since = await api.ask(inboxSince, { token, variables: { after: data.inboxSince.cursor } });
    expect(since.data.inboxSince.items.map(({ id }: { id: string }) => id)).toEqual([next]);
    await inbox.frame('the next one', ({ items }) => items.some(({ id }: { id: string }) => id === next));
    await live.close();
  },
);

test('NC-40: PostgreSQL is stopped in order and started again: cursors hold', async () => {
  const person = await createUser(db);
  const token = await signToken(person);
  const live = await connectLive(api, token);
  const inbox = live.subscribe(inboxChanged);
  const { cursor } = await inbox.frame('the first frame', () => true);
  await postgres.restart();
  await answered();
  const [id = ''] = await makeNotifications(db, person, [{}]);
  await inbox.frame('what came', ({ items }) => items.some((item: { id: string }) => item.id === id));
  expect(inbox.frames.filter(({ reset }) => reset)).toEqual([]);
  const { data } = await until('the API answers', async () => {
    const answer = await api.ask(inboxSince, { token, variables: { after: cursor } });
    return answer.data && answer;
  });
  expect(data.inboxSince).toMatchObject({ reset: false, items: [{ id }] });
  await live.close();
});
