import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { type ApiProcess, createApiProcess } from '../support/api-process.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forgeDoorbell, type Pair } from '../support/doorbell.ts';
import { type LiveSocket, openLiveSocket } from '../support/live-socket.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

const people = 1_000;
/** With a socket at each API. */
const twice = 100;
/** Whose tokens expire meanwhile. */
const expiring = 100;
const expiringInS = 3;
/** Of numbered notifications, one to everybody each; and as many more as it takes until those tokens have expired. */
const fewestRounds = 8;

let db: TestDatabase;
let apis: [ApiProcess, ApiProcess];
const clients: Client[] = [];
beforeAll(async () => {
  db = await createDatabase();
  apis = [await createApiProcess({ databaseUrl: db.apiUrl }), await createApiProcess({ databaseUrl: db.apiUrl })];
  await Promise.all(apis.map((api) => api.start()));
});
afterAll(async () => {
  for (const client of clients) client.leave();
  await Promise.all((apis ?? []).map((api) => api.kill()));
  await db?.drop();
});

type Frame = {
  readonly cursor: string;
  readonly reset: boolean;
  readonly items: readonly { readonly title: string }[];
};

type Client = {
  readonly person: string;
  /** Numbers of frames that are this person's. */
  readonly numbers: ReadonlySet<number>;
  /** Titles of frames that are somebody else's. */
  readonly foreign: readonly string[];
  readonly closed: readonly number[];
  isUp(): boolean;
  /** As a network that goes away; it does not come back by itself. */
  leave(): void;
  come(): Promise<void>;
};

const document = 'subscription ($after: LiveCursor) { inboxChanged(after: $after) { cursor reset items { title } } }';

/**
 * Somebody who comes back whatever happens, and goes on from their cursor.
 *
 * @param expiresIn seconds for which their tokens hold, until one of them has expired on an open socket
 */
function join(api: ApiProcess, person: string, expiresIn = 600): Client {
  const numbers = new Set<number>();
  const foreign: string[] = [];
  const closed: number[] = [];
  let cursor: string | null = null;
  let socket: LiveSocket | null = null;
  let isUp = false;
  let isHere = false;
  const take = ({ reset, items, ...frame }: Frame) => {
    isUp = true;
    if (cursor === null || frame.cursor > cursor) cursor = frame.cursor;
    if (reset) foreign.push('a reset, though nothing was too much');
    for (const { title } of items) {
      const [whose, number] = title.split(' ');
      if (whose === person) numbers.add(Number(number));
      else foreign.push(title);
    }
  };
  const connect = async () => {
    const token = await signToken(person, { expiresIn: closed.includes(4403) ? 600 : expiresIn });
    const own = openLiveSocket(api.url, token);
    socket = own;
    if (await own.acknowledged)
      own.subscribe<{ inboxChanged: Frame }>({ query: document, variables: { after: cursor } }, (data) =>
        take(data.inboxChanged),
      );
    const { code } = await own.closed;
    isUp = false;
    closed.push(code);
  };
  const client: Client = {
    person,
    numbers,
    foreign,
    closed,
    isUp: () => isUp,
    leave() {
      isHere = false;
      isUp = false;
      socket?.terminate();
    },
    async come() {
      isHere = true;
      for (; isHere; await sleep(Math.random() * 500)) await connect();
    },
  };
  clients.push(client);
  return client;
}

/** A few at a time, as long as it takes. */
async function letCome(some: readonly Client[]): Promise<void> {
  for (let first = 0; first < some.length; first += 40) {
    const next = some.slice(first, first + 40);
    for (const client of next) void client.come();
    await until('they are there', async () => next.every((client) => client.isUp()), { everyMs: 10 });
  }
}

const makePeople = async (count: number) =>
  (
    await db.owner.query<{ id: string }>(
      `insert into notify.users (name) select 'Person ' || n from generate_series(1, $1::integer) as n returning id`,
      [count],
    )
  ).rows.map(({ id }) => id);

/** A notification for each, which has their name and a number; the pairs. */
async function tellAll(everybody: readonly string[], number: number): Promise<Pair[]> {
  const { rows } = await db.owner.query<{ person: string; id: string }>(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at)
     select uuidv7(), p, 'test_push', 'P0', p || ' ' || $2::text, 'A body', now() + interval '1 day' from unnest($1::uuid[]) as p
     returning recipient_id as person, id`,
    [everybody, number],
  );
  return rows.map(({ person, id }) => [person, id]);
}

/** Each person beside somebody else's notification. */
const crossed = (pairs: readonly Pair[]): Pair[] =>
  pairs.map(([person], place) => [person, pairs[(place + 1) % pairs.length]?.[1] as string]);

const upTo = (last: number) => new Set(Array.from({ length: last }, (_, n) => n + 1));

test(`NC-40: a flood to ${people} people, on two APIs, with tokens that expire and forged doorbells: nobody sees anything of another`, async () => {
  const everybody = await makePeople(people);
  const own = everybody.map((person, place) =>
    join(apis[place % 2] as ApiProcess, person, place >= people - expiring ? expiringInS : undefined),
  );
  const second = everybody.slice(0, twice).map((person, place) => join(apis[(place + 1) % 2] as ApiProcess, person));
  const lasting = own.slice(0, -expiring);
  await letCome([...lasting, ...second]);
  await letCome(own.slice(-expiring));

  const haveExpired = () => own.slice(-expiring).every(({ closed }) => closed.includes(4403));
  let rounds = 0;
  while (rounds < fewestRounds || !haveExpired()) {
    const pairs = await tellAll(everybody, ++rounds);
    // By a role that may see no person: it may write whatever it likes.
    await db.asAnalyst((analyst) => forgeDoorbell(analyst, crossed(pairs).slice(0, 170)), { commit: true });
    // A pace that a busy machine keeps up with as well.
    await sleep(100);
  }
  const all = [...own, ...second];
  await until('all has arrived', async () => all.every(({ numbers }) => numbers.size >= rounds)).catch(() => {});

  expect(all.flatMap(({ foreign }) => foreign)).toEqual([]);
  for (const { person, numbers } of all) expect(numbers, person).toEqual(upTo(rounds));
  expect([...lasting, ...second].flatMap(({ closed }) => closed)).toEqual([]);
}, 300_000);

test('NC-40: a forged doorbell moves nobody past what they have not had', async () => {
  const [person = ''] = await makePeople(1);
  const client = join(apis[0], person);
  await letCome([client]);
  const now = BigInt(await one<string>(db.owner, 'select pg_current_xact_id()::text'));
  for (const xmin of [now + 1_000n, 2n ** 62n, 9_999_999_999_999_999_999n])
    await forgeDoorbell(db.owner, [[person, '00000000-0000-7000-8000-000000000000']], { xmin });
  await tellAll([person], 1);
  await until('it arrives', async () => client.numbers.has(1));
  client.leave();
  await tellAll([person], 2);
  void client.come();
  await until('it arrives later', async () => client.numbers.has(2));
  expect(client.foreign).toEqual([]);
});

test('NC-40: the check finds a frame of another: with the condition taken out, a forged doorbell brings one', async () => {
  const [ada = '', bob = ''] = await makePeople(2);
  const client = join(apis[0], ada);
  await letCome([client]);
  const [[, id = ''] = []] = await tellAll([bob], 1);
  await forgeDoorbell(db.owner, [[ada, id]]);
  await tellAll([ada], 1);
  await until('hers is there', async () => client.numbers.has(1));
  expect(client.foreign).toEqual([]);

  const whole = await one<string>(db.owner, `select pg_get_functiondef('notify_private.live_items'::regproc)`);
  const broken = whole
    .replace(' and x.recipient_id = a.person', '')
    .replace('select n.recipient_id,', 'select a.person,');
  expect(broken.length).toBeLessThan(whole.length - 30);
  await db.owner.query(broken);
  await forgeDoorbell(db.owner, [[ada, id]]);
  await until('somebody else’s is there', async () => client.foreign.length > 0);
  expect(client.foreign).toEqual([`${bob} 1`]);
});
