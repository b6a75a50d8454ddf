import { setTimeout as sleep } from 'node:timers/promises';
import { openLiveSocket } from '../test/support/live-socket.ts';

// The clients of `npm run bench -- live`, in a process of their own: a socket a person. Asked by its parent, a message a question.

export type Member = { readonly id: string; readonly token: string };
export type Opened = { readonly tookMs: number; readonly eachMs: readonly number[] };
/** Frames whose title begins so: the title, and when it came by the machine's monotonic clock. */
export type Arrivals = readonly (readonly [title: string, atMs: number])[];
export type State = {
  readonly up: number;
  readonly foreign: number;
  readonly closed: number;
  /** When each came back since `forget` was asked. */
  readonly backAtMs: readonly number[];
};

export type Question =
  | { readonly ask: 'open'; readonly urls: readonly string[]; readonly members: readonly Member[] }
  | { readonly ask: 'arrivals'; readonly prefix: string }
  | { readonly ask: 'state' }
  /** Arrivals and returns so far. */
  | { readonly ask: 'forget' };

/** The machine's monotonic clock, which is the same in each process. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

type Frame = { readonly cursor: string; readonly items: readonly { readonly title: string }[] };

/** What an application shows of a list. */
const document = `subscription ($after: LiveCursor) {
  inboxChanged(after: $after) { cursor reset items { id version typeKey title body data createdAt readAt archivedAt } removed unread } }`;
const openedAtOnce = 100;
/** Ports of one address are not enough for 10 000 sockets and what the last run left. */
const addresses = 50;
const longestWaitMs = 30_000;

let arrivals: (readonly [string, number])[] = [];
let backAtMs: number[] = [];
let up = 0;
let foreign = 0;
let closed = 0;

/** As docs/clients.md has it: comes back with full jitter, and goes on from its cursor. Resolves when it is there for the first time. */
function keepOpen(url: string, member: Member, localAddress: string): Promise<void> {
  let cursor: string | null = null;
  return new Promise((resolve) => {
    const take = (frame: Frame, isFirst: boolean) => {
      const now = nowMs();
      if (isFirst) {
        up++;
        backAtMs.push(now);
        resolve();
      }
      if (cursor === null || frame.cursor > cursor) cursor = frame.cursor;
      for (const { title } of frame.items) {
        // Whoever writes for one person says whom; an event to all cannot.
        if (!title.endsWith(member.id) && title !== 'all planned') foreign++;
        arrivals.push([title, now]);
      }
    };
    const run = async () => {
      for (let failures = 0; ; failures++) {
        let isUp = false;
        const socket = openLiveSocket(url, member.token, { localAddress });
        void socket.acknowledged.then((isTaken) => {
          if (!isTaken) return;
          socket.subscribe<{ inboxChanged: Frame }>({ query: document, variables: { after: cursor } }, (data) => {
            take(data.inboxChanged, !isUp);
            isUp = true;
          });
        });
        await socket.closed;
        if (isUp) {
          up--;
          closed++;
          failures = 0;
        }
        await sleep(Math.random() * Math.min(longestWaitMs, 500 * 2 ** failures));
      }
    };
    void run();
  });
}

async function open(urls: readonly string[], members: readonly Member[]): Promise<Opened> {
  const startedAt = performance.now();
  const eachMs: number[] = [];
  let next = 0;
  const opener = async () => {
    while (next < members.length) {
      const place = next++;
      const began = performance.now();
      await keepOpen(
        urls[place % urls.length] as string,
        members[place] as Member,
        `127.0.0.${2 + (place % addresses)}`,
      );
      eachMs.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: openedAtOnce }, opener));
  return { tookMs: performance.now() - startedAt, eachMs };
}

if (process.send) {
  process.on('message', async (question: Question) => {
    const answer = (value: unknown) => process.send?.(value);
    if (question.ask === 'open') answer(await open(question.urls, question.members));
    else if (question.ask === 'arrivals') answer(arrivals.filter(([title]) => title.startsWith(question.prefix)));
    else if (question.ask === 'state') answer({ up, foreign, closed, backAtMs } satisfies State);
    else {
      arrivals = [];
      backAtMs = [];
      answer(null);
    }
  });
  process.once('disconnect', () => process.exit());
}
