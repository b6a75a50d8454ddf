import { setTimeout as sleep } from 'node:timers/promises';
import { later } from '../../src/live/cursor.ts';
import { type LiveSocket, openLiveSocket } from '../support/live-socket.ts';

/** What a client knows of a notification; instants as the clock's milliseconds. */
export type Known = {
  /** 0 where it comes from a page, which says none: any frame is newer. */
  readonly version: bigint;
  readonly title: string;
  readonly seen: number | null;
  readonly read: number | null;
  readonly archived: number | null;
  readonly snoozed: number | null;
};

export type Reader = {
  readonly person: string;
  /** Ids and what is known of them. */
  readonly kept: ReadonlyMap<string, Known>;
  readonly counts: {
    frames: number;
    /** Items that were known already, or in a newer version. */
    repeated: number;
    /** Somebody else's. */
    foreign: number;
    /** Of the same version, with other words. */
    ambiguous: number;
    resets: number;
    dropped: number;
  };
  /** Whether its subscription has answered and it has nothing left to ask. */
  isUp(): boolean;
  /** No connection is dropped any more. */
  calm(): void;
  end(): Promise<void>;
};

type Item = {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly seenAt: string | null;
  readonly readAt: string | null;
  readonly archivedAt: string | null;
  readonly snoozedUntil: string | null;
};
type Change = {
  readonly cursor: string;
  readonly reset: boolean;
  readonly items: readonly Item[];
  readonly removed: readonly string[];
};

type Page = {
  readonly nodes: readonly Item[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
};

const fields = 'id title seenAt readAt archivedAt snoozedUntil';
const subscription = `subscription ($after: LiveCursor) {
  inboxChanged(after: $after) { cursor reset removed items { version ${fields} } } }`;
const page = `query ($after: Cursor) { inbox(first: 100, after: $after, filter: { places: [inbox, snoozed, archived] }) {
  nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;

const instant = (text: string | null) => (text === null ? null : Date.parse(text));
const known = (item: Omit<Item, 'version'>, version: bigint): Known => ({
  version,
  title: item.title,
  seen: instant(item.seenAt),
  read: instant(item.readAt),
  archived: instant(item.archivedAt),
  snoozed: instant(item.snoozedUntil),
});
export const isSame = (a: Known, b: Known) =>
  a.title === b.title && a.seen === b.seen && a.read === b.read && a.archived === b.archived && a.snoozed === b.snoozed;

/**
 * A client on a bad network: it drops its connection again and again, connects to any of the APIs, and keeps what it is told by the
 * rules of docs/real-time.md: the highest cursor, of each notification the highest version, and everything anew after a reset.
 *
 * @param options.isForgetful it has no cursor, so that it misses what happens while it is away
 * @param options.dropAfterMs how long, at most, a connection stays
 */
export function startReader(options: {
  readonly person: string;
  readonly token: string;
  readonly urls: readonly string[];
  readonly isForgetful?: boolean;
  readonly dropAfterMs: number;
}): Reader {
  const { person, token, urls, isForgetful = false, dropAfterMs } = options;
  const kept = new Map<string, Known>();
  const counts = { frames: 0, repeated: 0, foreign: 0, ambiguous: 0, resets: 0, dropped: 0 };
  let cursor: string | null = null;
  let socket: LiveSocket | null = null;
  let answered = false;
  /** While a page is asked: what frames said meanwhile, which is newer. */
  let asking: Set<string> | null = null;
  let stormy = true;
  let ended = false;
  const anyUrl = () => urls[Math.floor(Math.random() * urls.length)] as string;

  function take(change: Change): void {
    counts.frames++;
    answered = true;
    cursor = later(cursor ?? '', change.cursor);
    for (const item of change.items) {
      if (!item.title.startsWith(person)) counts.foreign++;
      asking?.add(item.id);
      const next = known(item, BigInt(item.version));
      const before = kept.get(item.id);
      if (before && next.version <= before.version) {
        counts.repeated++;
        if (next.version === before.version && !isSame(before, next)) counts.ambiguous++;
      } else kept.set(item.id, next);
    }
    for (const id of change.removed) {
      asking?.add(id);
      kept.delete(id);
    }
    if (change.reset) {
      counts.resets++;
      // After a crash of PostgreSQL the same numbers may come again.
      for (const [id, item] of kept) kept.set(id, { ...item, version: 0n });
      asking = new Set();
      void askAnew(asking);
    }
  }

  /** Every page there is; what a frame says meanwhile counts for more. */
  async function askAnew(newer: Set<string>): Promise<void> {
    const found = new Map<string, Known>();
    for (let after: string | null = null; asking === newer && !ended; ) {
      const connection: Page | null = await askPage(after).catch(() => null);
      if (!connection) {
        await sleep(200);
        continue;
      }
      for (const item of connection.nodes) found.set(item.id, known(item, 0n));
      after = connection.pageInfo.endCursor;
      if (connection.pageInfo.hasNextPage) continue;
      for (const id of kept.keys()) if (!found.has(id) && !newer.has(id)) kept.delete(id);
      for (const [id, item] of found) {
        if (!item.title.startsWith(person)) counts.foreign++;
        if (!newer.has(id)) kept.set(id, item);
      }
      asking = null;
    }
  }

  async function askPage(after: string | null): Promise<Page> {
    const response = await fetch(`${anyUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: page, variables: { after } }),
    });
    const { data } = (await response.json()) as { data: { inbox: Page } };
    return data.inbox;
  }

  async function run(): Promise<void> {
    while (!ended) {
      answered = false;
      const own = openLiveSocket(anyUrl(), token);
      socket = own;
      void own.acknowledged.then((isTaken) => {
        if (!isTaken) return;
        const variables = { after: isForgetful ? null : cursor };
        own.subscribe<{ inboxChanged: Change }>(
          { query: subscription, variables },
          // What was on its way when the connection was dropped does not arrive.
          ({ inboxChanged }) => socket === own && take(inboxChanged),
          () => own.terminate(),
        );
      });
      await Promise.race([own.closed, drop(own)]);
      socket = null;
      own.terminate();
      await sleep(Math.random() * 300);
    }
  }

  async function drop(own: LiveSocket): Promise<void> {
    await sleep(100 + Math.random() * dropAfterMs);
    while (!stormy && !ended) await sleep(50);
    if (!ended && own.isOpen()) counts.dropped++;
  }

  const running = run();
  return {
    person,
    kept,
    counts,
    isUp: () => answered && asking === null,
    calm() {
      stormy = false;
    },
    async end() {
      ended = true;
      socket?.terminate();
      await running;
    },
  };
}
