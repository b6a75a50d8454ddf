import * as documents from '../documents.ts';
import type { Send } from '../send.ts';
import { createBanners } from './banners.ts';
import { type Announcement, channelsOf, type Frames, type Topic } from './frames.ts';
import type { Session } from './socket.ts';
import type { Surroundings } from './surroundings.ts';
import { mayBeHadLater, subscriptionOf } from './topics.ts';

export type FeedOptions = Pick<Surroundings, 'after'> & {
  readonly send: Send;
  readonly emit: <Name extends Topic>(topic: Name, frame: Frames[Name]) => void;
  /** What is wanted cannot be had on this socket, but perhaps on another. */
  readonly onRefused: () => void;
};

type Answer = { readonly data?: Readonly<Record<string, never>> | null; readonly errors?: readonly unknown[] };

/**
 * The topics that somebody wants, from a socket or by asking. It keeps the cursor of each, so that what comes next begins where the
 * last frame ended, whichever way that one came.
 */
export function createFeed({ after, send, emit, onRefused }: FeedOptions) {
  const cursors = new Map<Topic, string>();
  const running = new Map<Topic, () => void>();
  /** Of which the API has said something on this socket, be it that there is nothing of the kind. */
  const answered = new Set<Topic>();
  const missing = new Set<Topic>();
  const banners = createBanners({ after }, (all) => emit('banners', all));
  /** The channels that were watched when the banners were asked for: theirs come as well. */
  let bannersOf = '';
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

  const noteAnswer = (topic: Topic): void => {
    if (answered.has(topic)) return;
    answered.add(topic);
    settle();
  };

  const run = (topic: Topic, on: Session): void => {
    const { document, variables, field } = subscriptionOf(topic, cursors.get(topic) ?? null);
    let refusal: unknown;
    const stop = on.subscribe(
      { query: document.toString(), variables },
      {
        next(payload) {
          const { data, errors } = payload as Answer;
          refusal = errors?.[0];
          const frame = data?.[field];
          if (frame === undefined || frame === null) return;
          if (topic === 'banners') banners.take(frame);
          else takeFirst(topic, frame);
          noteAnswer(topic);
        },
        end(errors) {
          running.delete(topic);
          if (topic === 'inbox' || mayBeHadLater(errors[0] ?? refusal)) return onRefused();
          missing.add(topic);
          noteAnswer(topic);
        },
      },
    );
    running.set(topic, stop);
  };
  const end = (topic: Topic): void => {
    running.get(topic)?.();
    running.delete(topic);
    answered.delete(topic);
  };

  const settle = (): void => {
    if (!session) return;
    for (const topic of [...running.keys()]) if (!wanted.has(topic)) end(topic);
    if (!wanted.has('banners')) banners.forget();
    for (const topic of wanted)
      if (topic !== 'banners' && !running.has(topic) && !missing.has(topic)) run(topic, session);
    settleBanners(session);
  };
  /** A socket is told the banners of the channels that it watches, so it must watch them before. */
  const settleBanners = (on: Session): void => {
    const channels = channelsOf(wanted);
    if (running.has('banners') && bannersOf !== channels.join()) end('banners');
    if (!wanted.has('banners') || running.has('banners') || missing.has('banners')) return;
    if (!channels.every((name) => answered.has(`channel:${name}`))) return;
    bannersOf = channels.join();
    banners.begin();
    run('banners', on);
  };

  const ask = async (topic: Topic, channels: readonly string[]): Promise<void> => {
    switch (topic) {
      case 'inbox': {
        const { inboxSince } = await send(documents.inboxSince, { after: cursors.get('inbox') ?? null });
        takeFirst('inbox', inboxSince);
        if (typeof inboxSince.unread === 'number') take('unread', inboxSince.unread);
        return;
      }
      case 'banners': {
        const { currentAnnouncements } = await send(documents.currentAnnouncements, { channels });
        return banners.takeAll(currentAnnouncements);
      }
      case 'unread':
        return;
      default: {
        const { activitySince } = await send(documents.activitySince, { after: cursors.get(topic) ?? null });
        takeFirst(topic, activitySince);
      }
    }
  };

  const close = (): void => {
    session = null;
    banners.pause();
    for (const each of [running, answered, missing]) each.clear();
  };

  return {
    want(next: ReadonlySet<Topic>): void {
      wanted = next;
      settle();
    },
    open(opened: Session): void {
      close();
      session = opened;
      settle();
    },
    close,
    /** Asks for topics by requests; for the inbox where there are none, to know whether the API is there. */
    async poll(topics: ReadonlySet<Topic>): Promise<void> {
      // One after the other: what is asked every now and then need not hurry.
      for (const topic of topics.size > 0 ? topics : (['inbox'] as const))
        await ask(topic, channelsOf(topics)).catch((error: unknown) => {
          if (topic === 'inbox' || mayBeHadLater(error)) throw error;
        });
    },
    /** Of a frame that another tab took, because this one may lead next; or of the last start. */
    note,
    noteBanners: (all: readonly Announcement[]): void => banners.note(all),
    cursorOf: (topic: Topic): string | undefined => cursors.get(topic),
    forget(): void {
      cursors.clear();
      banners.forget();
    },
  };
}

/** The later of two cursors. Those of one history (what stands before the dot) are in order as texts. */
export function later(one: string | undefined, other: string): string {
  const historyOf = (cursor: string) => cursor.slice(0, cursor.indexOf('.'));
  return one !== undefined && historyOf(one) === historyOf(other) && one > other ? one : other;
}
