import * as documents from '../documents.ts';
import type { Send } from '../send.ts';
import type { Frames, Topic } from './frames.ts';
import type { Session } from './socket.ts';

type Operation = {
  readonly document: { toString(): string };
  /** Where the frame is in an answer. */
  readonly field: string;
  readonly hasCursor: boolean;
};

/** What is subscribed to for each topic. */
const operations: Readonly<Record<Topic, Operation>> = {
  inbox: { document: documents.inboxChanged, field: 'inboxChanged', hasCursor: true },
  unread: { document: documents.unreadCountChanged, field: 'unreadCountChanged', hasCursor: false },
};
export const topics = Object.keys(operations) as readonly Topic[];

export type FeedOptions = {
  readonly send: Send;
  readonly emit: <Name extends Topic>(topic: Name, frame: Frames[Name]) => void;
  /** The inbox cannot be had on this socket. */
  readonly onRefused: () => void;
};

/**
 * The topics that somebody wants, from a socket or by asking. It keeps the cursor of each, so that what comes next begins where the
 * last frame ended, whichever way that one came.
 */
export function createFeed({ send, emit, onRefused }: FeedOptions) {
  const cursors = new Map<Topic, string>();
  const running = new Map<Topic, () => void>();
  let wanted: ReadonlySet<Topic> = new Set();
  let session: Session | null = null;

  const note = (topic: Topic, cursor: string): void => void cursors.set(topic, later(cursors.get(topic), cursor));

  const take = <Name extends Topic>(topic: Name, frame: Frames[Name]): void => {
    const { cursor } = frame as { readonly cursor?: string };
    if (cursor !== undefined) note(topic, cursor);
    emit(topic, frame);
  };

  /**
   * Without a cursor the first frame brings the one of now, and nothing is known of what came before it: a page may have been read a
   * moment earlier.
   */
  const takeFirst = <Name extends Topic>(topic: Name, frame: Frames[Name]): void =>
    take(
      topic,
      typeof frame === 'object' && !cursors.has(topic)
        ? { ...(frame as object as Frames[Name] & object), reset: true }
        : frame,
    );

  const run = (topic: Topic, on: Session): void => {
    const { document, field, hasCursor } = operations[topic];
    const variables = hasCursor ? { after: cursors.get(topic) ?? null } : {};
    const stop = on.subscribe(
      { query: document.toString(), variables },
      {
        next(payload) {
          const { data } = payload as { readonly data?: Readonly<Record<string, never>> | null };
          const frame = data?.[field];
          if (frame !== undefined && frame !== null) takeFirst(topic, frame);
        },
        end() {
          running.delete(topic);
          if (topic === 'inbox') onRefused();
        },
      },
    );
    running.set(topic, stop);
  };

  const settle = (): void => {
    if (!session) return;
    for (const topic of topics) {
      if (wanted.has(topic) && !running.has(topic)) run(topic, session);
      if (wanted.has(topic)) continue;
      running.get(topic)?.();
      running.delete(topic);
    }
  };

  return {
    want(next: ReadonlySet<Topic>): void {
      // Who shows the count will show the list: its cursor is there then.
      wanted = next.has('unread') ? new Set([...next, 'inbox']) : next;
      settle();
    },
    open(opened: Session): void {
      session = opened;
      running.clear();
      settle();
    },
    close(): void {
      session = null;
      running.clear();
    },
    /** Asks by requests for everything that is wanted. */
    async poll(): Promise<void> {
      const { inboxSince } = await send(documents.inboxSince, { after: cursors.get('inbox') ?? null });
      takeFirst('inbox', inboxSince);
      if (typeof inboxSince.unread === 'number') take('unread', inboxSince.unread);
    },
    /** Of a frame that another tab took, because this one may lead next; or of the last start. */
    note,
    cursorOf: (topic: Topic): string | undefined => cursors.get(topic),
    forget: () => cursors.clear(),
  };
}

/** The later of two cursors. Those of one history (what stands before the dot) are in order as texts. */
export function later(one: string | undefined, other: string): string {
  const historyOf = (cursor: string) => cursor.slice(0, cursor.indexOf('.'));
  return one !== undefined && historyOf(one) === historyOf(other) && one > other ? one : other;
}
