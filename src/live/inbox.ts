import type { Logger } from '../logger.ts';
import { giveUp } from './connection.ts';
import { createCounter } from './counts.ts';
import { byCrowd } from './crowds.ts';
import { type Cursor, earliest, historyOf, later } from './cursor.ts';
import type { Pair } from './doorbell.ts';
import { createFeed, type Feed } from './feed.ts';
import type { Figures } from './figures.ts';
import type { Lane } from './hub.ts';
import { frameOf, type InboxFrame } from './inbox-frame.ts';
import type { Reader } from './reader.ts';
import { createRoster } from './roster.ts';
import type { Counts, Item } from './since.ts';
import type { Topics } from './topic.ts';

type InboxFeed = { readonly feed: Feed<InboxFrame>; readonly tell: (frame: InboxFrame, bytes: number) => void };
type CountFeed = { readonly tell: (unread: number) => void };

const idBytes = 40;
const bareBytes = 200;

/** People's own inboxes: `inboxChanged` and `unreadCountChanged`. */
export function createInbox({
  reader,
  figures,
  logger,
}: {
  readonly reader: Reader;
  readonly figures: Figures;
  readonly logger: Logger;
}): { readonly lane: Lane; readonly topics: Topics; stop(): void } {
  const forget = (person: string) => {
    if (!inboxes.has(person) && !numbers.has(person)) counter.forget(person);
  };
  const inboxes = createRoster<InboxFeed>(forget);
  const numbers = createRoster<CountFeed>(forget);

  const send = (person: string, frame: InboxFrame, bytes: number): void => {
    for (const { tell } of inboxes.of(person)) tell(frame, bytes);
  };
  const tellCounts = (person: string, { unread, returnsAt }: Counts): void => {
    for (const { tell } of numbers.of(person)) tell(unread);
    for (const { feed, tell } of inboxes.of(person))
      if (feed.isOpen) tell({ cursor: '', reset: false, items: [], removed: [], unread, returnsAt }, bareBytes);
  };
  const counter = createCounter({ reader, tell: tellCounts, logger });

  const catchUpOf = async (people: readonly string[], after: Cursor): Promise<Cursor | null> => {
    const all = await Promise.all(
      people.map(async (person) => {
        const since = await reader.since(person, after);
        counter.noteReturn(person, since.returnsAt);
        send(person, frameOf(since), since.bytes + bareBytes);
        for (const { tell } of numbers.of(person)) tell(since.unread);
        return since.cursor;
      }),
    );
    return earliest(all);
  };

  const lane: Lane = {
    kinds: 'nr',
    isWanted: (person) => inboxes.has(person) || numbers.has(person),
    async handle(doorbells, cursor) {
      const { pairs, crowded, since } = byCrowd(doorbells, 'r', historyOf(cursor));
      await sendItems(
        pairs.filter(({ person }) => inboxes.has(person)),
        cursor,
      );
      for (const { person } of pairs) counter.note(person);
      await catchUpOf(crowded, since);
      figures.noteRead(doorbells);
    },
    async catchUp(since) {
      const people = new Set([...inboxes.people(), ...numbers.people()]);
      return (await catchUpOf([...people], since)) ?? since;
    },
  };

  /** By the row's own recipient, never by whom the doorbell names. */
  const sendItems = async (pairs: readonly Pair[], cursor: Cursor): Promise<void> => {
    const frames = new Map<string, { items: Item[]; removed: Set<string>; bytes: number }>();
    for (const { person, id } of pairs) {
      const frame = frames.get(person) ?? { items: [], removed: new Set(), bytes: bareBytes };
      frames.set(person, frame);
      frame.removed.add(id);
    }
    for (const { person, id, item, bytes } of await reader.items(pairs)) {
      const frame = frames.get(person);
      // The same may have rung twice.
      if (!frame?.removed.delete(id)) continue;
      frame.items.push(item);
      frame.bytes += bytes;
    }
    for (const [person, { items, removed, bytes }] of frames) {
      const frame = { cursor, reset: false, items, removed: [...removed], unread: null, returnsAt: null };
      send(person, frame, bytes + removed.size * idBytes);
    }
  };

  const topics: Topics = {
    inboxChanged(connection, { after }) {
      const { identity, backlog } = connection;
      const { userId } = identity;
      let had: Cursor = '';
      let told: Pick<InboxFrame, 'unread' | 'returnsAt'> = { unread: null, returnsAt: null };
      const feed = createFeed<InboxFrame>({
        backlog,
        reset: () => ({ cursor: had, reset: true, items: [], removed: [], ...told }),
        onTaken(frame) {
          had = later(had, frame.cursor);
          figures.noteFrame('inboxChanged');
        },
        onDropped: figures.noteDropped,
        onEnd: () => leave(),
      });
      const tell = (frame: InboxFrame, bytes: number): void => {
        const { unread, returnsAt } = frame;
        const isNews = unread !== null && (unread !== told.unread || returnsAt !== told.returnsAt);
        if (frame.cursor === '' && !isNews) return;
        if (unread !== null) told = { unread, returnsAt };
        // Numbers move nobody in the order.
        feed.push({ ...frame, returnsAt: told.returnsAt, cursor: frame.cursor || newest }, bytes);
        if (frame.cursor !== '') newest = frame.cursor;
      };
      let newest: Cursor = '';
      const leave = inboxes.add(userId, { feed, tell });
      reader.since(userId, (after as Cursor | null | undefined) ?? null).then(
        (since) => {
          newest = later(newest, since.cursor);
          // Where too much came before it could begin: whoever reads the page anew has it.
          had = since.cursor;
          told = { unread: since.unread, returnsAt: since.returnsAt };
          counter.noteReturn(userId, since.returnsAt);
          if (after != null) figures.noteResumed(since.isReset);
          feed.open(frameOf(since), since.bytes + bareBytes);
        },
        (error: unknown) => giveUp(connection, feed, error),
      );
      return feed;
    },

    unreadCountChanged(connection) {
      const { identity, backlog } = connection;
      const { userId } = identity;
      let last: number | null = null;
      const feed = createFeed<number>({
        backlog,
        reset: () => last ?? 0,
        onTaken: () => figures.noteFrame('unreadCountChanged'),
        onDropped: figures.noteDropped,
        onEnd: () => leave(),
      });
      const leave = numbers.add(userId, {
        tell(unread) {
          if (!feed.isOpen) {
            counter.note(userId);
            return;
          }
          if (unread === last) return;
          last = unread;
          feed.push(unread, bareBytes);
        },
      });
      reader.since(userId, null).then(
        ({ unread, returnsAt }) => {
          last = unread;
          counter.noteReturn(userId, returnsAt);
          feed.open(unread, bareBytes);
        },
        (error: unknown) => giveUp(connection, feed, error),
      );
      return feed;
    },
  };

  return { lane, topics, stop: () => counter.stop() };
}
