import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../support/api.ts';
import { type ApiProcess, createApiProcess } from '../support/api-process.ts';
import { asSuperuser, type ClusterAddress } from '../support/cluster.ts';
import type { CrashingPostgres } from '../support/crashing-postgres.ts';
import type { TestDatabase } from '../support/database.ts';
import { isSame, type Known, type Reader, startReader } from './reader.ts';
import { startWriters, type WritersOptions } from './writers.ts';

export type StormOptions = {
  readonly db: TestDatabase;
  readonly cluster: ClusterAddress;
  readonly seconds: number;
  readonly people: number;
  /** How many of the people have a second client, which keeps no cursor: the control. */
  readonly forgetful: number;
  readonly dropAfterMs: number;
  readonly writers: Pick<WritersOptions, 'engines' | 'persons' | 'pauseMs' | 'longestMs'>;
  readonly endListenEveryMs: number;
  /** From one `kill -9` of an API to the next, which is the other's. */
  readonly killEveryMs: number;
  /** It is restarted after a third of the time and crashes after two thirds; without: it stays. */
  readonly postgres?: CrashingPostgres;
  readonly say?: (sentence: string) => void;
};

/** What clients have in the end beside what the database has, and what they were told on the way. */
export type Outcome = {
  readonly transactions: number;
  readonly notifications: number;
  readonly frames: number;
  /** Notifications that a client should have and has not. */
  readonly lost: number;
  /** Those that it has as they were before. */
  readonly stale: number;
  /** Those that it has though they were deleted or never committed. */
  readonly ghosts: number;
  readonly foreign: number;
  readonly ambiguous: number;
  readonly repeated: number;
  readonly resets: number;
  readonly events: { sockets: number; listens: number; apis: number; postgres: number };
  /** What the clients without a cursor lost or have as it was before. */
  readonly missedWithoutCursor: number;
};

const endListens = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = $1 and application_name = 'rowbell-listener'`;

/**
 * Two APIs, people whose connections are dropped, writers of all kinds, and everything between them taken away now and then. When it
 * is over, each client must come to have exactly what the database has.
 */
export async function runStorm(options: StormOptions): Promise<Outcome> {
  const { db, say = () => {} } = options;
  const people = await makePeople(db, options.people);
  const apis = await Promise.all([
    createApiProcess({ databaseUrl: db.apiUrl }),
    createApiProcess({ databaseUrl: db.apiUrl }),
  ]);
  const readers: Reader[] = [];
  try {
    await Promise.all(apis.map((api) => api.start()));
    say('Both APIs are ready.');
    const token = await Promise.all(people.map((person) => signToken(person, { expiresIn: 86_400 })));
    const reader = (isForgetful: boolean) => (person: string, index: number) =>
      startReader({
        person,
        token: token[index] as string,
        urls: apis.map(({ url }) => url),
        isForgetful,
        dropAfterMs: options.dropAfterMs,
      });
    const careful = people.map(reader(false));
    const forgetful = people.slice(0, options.forgetful).map(reader(true));
    readers.push(...careful, ...forgetful);
    await waitUntil(() => readers.every(({ counts }) => counts.frames > 0), 60_000);

    const writers = startWriters({ db, people, ...options.writers });
    const events = await makeTrouble(options, apis);
    const transactions = await writers.stop();
    for (const each of readers) each.calm();
    say('It is calm; the clients catch up.');
    // Those that are lost never come, so this waits as long for what is wrong as it is allowed to.
    await waitUntil(async () => isEqual(compare(careful, await truth(db))), 60_000);
    const facts = await truth(db);
    const control = compare(forgetful, facts);
    const sum = (name: keyof Reader['counts']) => readers.reduce((total, { counts }) => total + counts[name], 0);
    return {
      transactions,
      notifications: facts.size,
      frames: sum('frames'),
      ...compare(careful, facts),
      foreign: sum('foreign'),
      ambiguous: sum('ambiguous'),
      repeated: sum('repeated'),
      resets: sum('resets'),
      events: { ...events, sockets: sum('dropped') },
      missedWithoutCursor: control.lost + control.stale,
    };
  } finally {
    await Promise.all(readers.map((each) => each.end()));
    await Promise.all(apis.map((api) => api.kill()));
  }
}

async function makePeople(db: TestDatabase, count: number): Promise<string[]> {
  const { rows } = await db.owner.query<{ id: string }>(
    `insert into notify.users (name) select 'Person ' || n from generate_series(1, $1::integer) as n returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/** Until the time is over; an API that was killed is there again at the end. */
async function makeTrouble(
  { db, cluster, seconds, endListenEveryMs, killEveryMs, postgres, say = () => {} }: StormOptions,
  apis: readonly ApiProcess[],
): Promise<Omit<Outcome['events'], 'sockets'>> {
  const happened = { listens: 0, apis: 0, postgres: 0 };
  const endsAt = Date.now() + seconds * 1_000;
  /** Sleeps; whether there is time left afterwards. */
  const rest = async (ms: number) => {
    await sleep(Math.max(0, Math.min(ms, endsAt - Date.now())));
    return Date.now() < endsAt;
  };
  const listening = async () => {
    while (await rest(endListenEveryMs)) {
      const ended = await asSuperuser(cluster, (client) => client.query(endListens, [db.name])).catch(() => null);
      happened.listens += ended?.rowCount ?? 0;
    }
  };
  const killing = async () => {
    for (let turn = 0; await rest(killEveryMs); turn++) {
      const api = apis[turn % apis.length] as ApiProcess;
      await api.kill();
      happened.apis++;
      // The other stays until this one is back. At the end it is killed once more, perhaps while it starts.
      await Promise.race([api.start().catch(() => {}), rest(Number.POSITIVE_INFINITY)]);
    }
  };
  const crashing = async () => {
    if (!postgres) return;
    await rest((seconds / 3) * 1_000);
    say('PostgreSQL is restarted.');
    await postgres.restart();
    happened.postgres++;
    await rest((seconds / 3) * 1_000);
    say('PostgreSQL crashes.');
    await postgres.crash(300);
    happened.postgres++;
  };
  await Promise.all([listening(), killing(), crashing(), rest(seconds * 1_000)]);
  return happened;
}

/** What each person should have, by their id and the notification's. */
async function truth(db: TestDatabase): Promise<Map<string, Known>> {
  const ms = (column: string) => `floor(extract(epoch from ${column}) * 1000)::float8`;
  const { rows } = await db.owner.query<Omit<Known, 'version'> & { key: string; version: string }>(
    `select recipient_id || ' ' || id as key, changed_xid::text as version, title, ${ms('seen_at')} as seen, ${ms('read_at')} as read,
       ${ms('archived_at')} as archived, ${ms('snoozed_until')} as snoozed
     from notify.notifications where told_at is not null and deleted_at is null`,
  );
  return new Map(rows.map(({ key, ...row }) => [key, { ...row, version: BigInt(row.version) }]));
}

function compare(readers: readonly Reader[], facts: ReadonlyMap<string, Known>) {
  const result = { lost: 0, stale: 0, ghosts: 0 };
  for (const { person, kept } of readers) {
    for (const [key, fact] of facts) {
      const [recipient, id = ''] = key.split(' ');
      if (recipient !== person) continue;
      const has = kept.get(id);
      if (!has) result.lost++;
      else if (!isSame(has, fact)) result.stale++;
    }
    for (const id of kept.keys()) if (!facts.has(`${person} ${id}`)) result.ghosts++;
  }
  return result;
}

const isEqual = ({ lost, stale, ghosts }: ReturnType<typeof compare>) => lost + stale + ghosts === 0;

async function waitUntil(look: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(200)) if (await look()) return true;
  return false;
}
