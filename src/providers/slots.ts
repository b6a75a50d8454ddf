// Over 300 lines: one scheduler, whose parts change the same few counters.
import { createRejections, type ErrorRow } from './error-table.ts';
import { chunkErrors } from './send-concurrently.ts';
import type { Message, Progress, Result } from './types.ts';

/** What a result says of its origin: whether somebody answered there. `unreachable`: not even a connection came about. */
export type Evidence = 'answer' | 'silence' | 'unreachable';

export type SlotsOptions = {
  /** Calls at once to origins that answer. */
  readonly kept: number;
  /** Of these, at most so many to one origin. */
  readonly anOrigin: number;
  /** And so many of one person; 8 unless told. */
  readonly aPerson?: number;
  /** Whole call; one in doubt has less. */
  readonly timeoutMs: number;
  /** Calls in doubt at once, and how long each may take; 8 and 5 000 unless told. */
  readonly doubtful?: number;
  readonly doubtfulTimeoutMs?: number;
  /** A call that takes longer leaves its slot, as long as there are fewer such calls than `overdue`; 1 000 and 128 unless told. */
  readonly promptMs?: number;
  readonly overdue?: number;
  /**
   * Whether messages to an origin that nobody heard of wait for their turn. It is right where new origins are ordinary, and
   * wrong where most of them are not there. They wait for as long as a slot in doubt is free of calls that take too long.
   */
  readonly newOnesWait?: boolean;
  /** Whose answers count together: a push service, a host, a mail domain. */
  readonly originOf: (message: Message) => string;
  readonly evidenceOf: (result: Result) => Evidence | null;
};

/** What is known of an origin, and how busy we are with it. */
type Origin = {
  /** It has answered before, here or to another worker. */
  isKnown: boolean;
  /** It owes us an answer. */
  isSilent: boolean;
  answeredAt: number;
  /** Calls without an answer since the last that had one, and how often it was set aside for that. */
  silences: number;
  asides: number;
  asideUntil: number;
  /** Calls under way, and all that are not over. */
  open: number;
  pending: number;
};
type Person = {
  isSilent: boolean;
  answeredAt: number;
  /** When the next of theirs that finds no room is tried. */
  nextTurn: number;
  open: number;
  /** Those in doubt that wait here. */
  waiting: number;
  pending: number;
};
type Call = {
  readonly message: Message;
  readonly line: Line;
  isWaiting: boolean;
  /** Nobody waits for it. */
  isLate: boolean;
  run(timeoutMs: number): Promise<Result>;
  settle(result: Result): void;
  late(): void;
};
/** What waits for one person at one origin. */
type Line = { readonly key: string; readonly origin: Origin; readonly person: Person; readonly calls: Set<Call> };

/** For all that is in doubt, unless told: slots, patience; and how many messages may wait for them. */
const maxDoubtful = 8;
const maxDoubtfulMs = 5_000;
const maxDoubtfulWaiting = 64;
const maxDoubtfulAnOrigin = 2;
/** Of one person: calls at once unless told, those in doubt, and those in doubt that wait. */
const maxOfAPerson = 8;
const maxDoubtfulOfAPerson = 2;
const maxWaitingOfAPerson = 8;
/** Unless told: an answer that takes longer is not waited for in a slot, up to so many. */
const maxPromptMs = 1_000;
const maxOverdue = 128;
/** After so many silences an origin that was known to answer is set aside, for so long, doubled each time. */
const maxSilences = 3;
const firstAsideMs = 5_000;
const maxAsideMs = 300_000;
const maxRemembered = 1_000;

/** What becomes of a message that finds no slot; part of the tables of those who use them. */
export const slotErrors = [
  ...chunkErrors,
  {
    code: 'set_aside',
    permanence: 'transient',
    reason: 'set_aside',
    note: 'Not begun, because its push service, host, mail domain or recipient owes us answers: its turn comes later and no try is used up',
  },
] as const satisfies readonly ErrorRow[];

const { reject } = createRejections(slotErrors);

/**
 * Shares the calls to many origins among origins and people, so that none of them holds up the others. Origins that answer
 * have slots kept for them. All that is in doubt, because it is unknown or silent, shares a few with less patience, and
 * what finds no room is put back without being begun. A call that takes long leaves its slot to others; an origin that
 * does not answer is set aside, longer each time, until it does.
 */
export function createSlots(options: SlotsOptions) {
  const { kept, anOrigin, aPerson = maxOfAPerson, timeoutMs, originOf, evidenceOf, newOnesWait = false } = options;
  const { promptMs = maxPromptMs, overdue = maxOverdue, doubtfulTimeoutMs = maxDoubtfulMs } = options;
  const origins = new Map<string, Origin>();
  const people = new Map<string, Person>();
  /** In the order of their turns. */
  const lines = new Map<string, Line>();
  const busy = { kept: 0, doubtful: 0, overdue: 0 };
  const doubtfulSlots = Math.min(options.doubtful ?? maxDoubtful, kept);
  let doubtfulWaiting = 0;
  /** Calls in slots in doubt that take too long. */
  let owed = 0;

  const isDoubtful = ({ origin, person }: Line) => !origin.isKnown || origin.isSilent || person.isSilent;
  /** Whether its messages wait for a slot, however long the line, and its handler for them. */
  const isWaitedFor = ({ origin, person }: Line) =>
    !origin.isSilent && !person.isSilent && (origin.isKnown || (newOnesWait && owed < doubtfulSlots));

  function mayBegin(line: Line): boolean {
    const { origin, person } = line;
    if (!isDoubtful(line)) return busy.kept < kept && origin.open < anOrigin && person.open < aPerson;
    if (performance.now() < origin.asideUntil) return false;
    if (busy.doubtful >= doubtfulSlots || person.open >= maxDoubtfulOfAPerson) return false;
    return (origin.isKnown && !origin.isSilent) || origin.open < maxDoubtfulAnOrigin;
  }

  /** Begins what may be begun, one of each line in turn: a line that goes to the end is met again. */
  function fill(): void {
    for (const line of lines.values()) {
      if (busy.kept >= kept && busy.doubtful >= doubtfulSlots) return;
      const [call] = line.calls;
      if (!call || !mayBegin(line)) continue;
      leaveLine(call);
      if (lines.delete(line.key)) lines.set(line.key, line);
      void begin(call);
    }
  }

  async function begin(call: Call): Promise<void> {
    const { origin, person } = call.line;
    const inDoubt = isDoubtful(call.line);
    let slot: keyof typeof busy = inDoubt ? 'doubtful' : 'kept';
    const begunAt = performance.now();
    busy[slot]++;
    origin.open++;
    person.open++;
    let isOwed = false;
    if (!isWaitedFor(call.line)) call.late();
    const timer = setTimeout(() => {
      call.late();
      if (slot === 'kept' && busy.overdue < overdue) {
        busy[slot]--;
        slot = 'overdue';
        busy[slot]++;
      }
      isOwed = slot === 'doubtful';
      if (isOwed) owed++;
      if (origin.answeredAt < begunAt) origin.isSilent = true;
      if (person.answeredAt < begunAt) person.isSilent = true;
      sortOut();
      fill();
    }, promptMs);

    const result = await call
      .run(inDoubt ? Math.min(timeoutMs, doubtfulTimeoutMs) : timeoutMs)
      .catch(() => reject('internal'));
    clearTimeout(timer);
    busy[slot]--;
    if (isOwed) owed--;
    origin.open--;
    person.open--;
    note(call.line, result, begunAt);
    call.settle(result);
    fill();
  }

  function note({ origin, person }: Line, result: Result, begunAt: number): void {
    const now = performance.now();
    const evidence = evidenceOf(result);
    if (evidence === 'answer') {
      Object.assign(origin, { isKnown: true, isSilent: false, answeredAt: now, silences: 0, asides: 0, asideUntil: 0 });
      Object.assign(person, { isSilent: false, answeredAt: now });
      return;
    }
    if (evidence === null) return;
    if (person.answeredAt < begunAt) person.isSilent = true;
    if (origin.answeredAt < begunAt) {
      origin.isSilent = true;
      // Who is known to answer may be silent about one person's messages; that no connection comes about is the host's doing.
      if (!origin.isKnown || ++origin.silences >= maxSilences || evidence === 'unreachable') {
        origin.asideUntil = now + Math.min(maxAsideMs, firstAsideMs * 2 ** origin.asides++);
      }
    }
    sortOut();
  }

  /** Nobody waits for what is in doubt, and most of it is put back. */
  function sortOut(): void {
    for (const line of lines.values()) if (!isWaitedFor(line)) for (const call of line.calls) doubt(call);
  }

  function doubt(call: Call): void {
    const { origin, person } = call.line;
    const now = performance.now();
    if (now < origin.asideUntil) {
      putBack(call, origin.asideUntil - now + Math.random() * 1_000);
    } else if (!call.isLate && (doubtfulWaiting >= maxDoubtfulWaiting || person.waiting >= maxWaitingOfAPerson)) {
      // One after the other, or all of them would come back together.
      person.nextTurn = Math.min(Math.max(person.nextTurn, now + 1_000) + 250, now + 60_000);
      putBack(call, person.nextTurn - now);
    } else if (!call.isLate) {
      call.isLate = true;
      doubtfulWaiting++;
      person.waiting++;
      call.late();
    }
  }

  function putBack(call: Call, ms: number): void {
    leaveLine(call);
    call.settle(reject('set_aside', { retryAt: new Date(Date.now() + ms) }));
  }

  function leaveLine(call: Call): void {
    const { line } = call;
    call.isWaiting = false;
    line.calls.delete(call);
    if (line.calls.size === 0) lines.delete(line.key);
    if (!call.isLate) return;
    doubtfulWaiting--;
    line.person.waiting--;
  }

  function lineFor(message: Message): Line {
    const { recipientId, originAnswers } = message;
    const name = originOf(message);
    const key = `${recipientId} ${name}`;
    const waiting = lines.get(key);
    if (waiting) return waiting;
    const origin = remember(origins, name, () => ({
      isKnown: false,
      isSilent: false,
      answeredAt: -1,
      silences: 0,
      asides: 0,
      asideUntil: 0,
      open: 0,
      pending: 0,
    }));
    if (originAnswers) origin.isKnown = true;
    const person = remember(people, recipientId, () => ({
      isSilent: false,
      answeredAt: -1,
      nextTurn: 0,
      open: 0,
      waiting: 0,
      pending: 0,
    }));
    return { key, origin, person, calls: new Set() };
  }

  return {
    /** As `Provider.send`; `sendOne` is told how long its call may take. */
    send(
      batch: readonly Message[],
      { signal, progress }: { readonly signal: AbortSignal; readonly progress?: Progress | undefined },
      sendOne: (message: Message, timeoutMs: number) => Promise<Result>,
    ): Promise<Result[]> {
      return new Promise((resolve) => {
        const results = new Array<Result>(batch.length);
        let pending = batch.length;
        const calls = batch.map((message, index): Call => {
          const line = lineFor(message);
          const call: Call = {
            message,
            line,
            isWaiting: true,
            isLate: false,
            run: (ms) => sendOne(message, ms),
            late: () => progress?.late(index),
            settle(result) {
              results[index] = result;
              line.origin.pending--;
              line.person.pending--;
              progress?.heard(index, result);
              if (--pending === 0) finish();
            },
          };
          line.origin.pending++;
          line.person.pending++;
          line.calls.add(call);
          lines.set(line.key, line);
          return call;
        });
        const giveUp = () => {
          for (const call of calls) {
            if (!call.isWaiting) continue;
            leaveLine(call);
            call.settle(reject('not_begun'));
          }
        };
        const finish = () => {
          signal.removeEventListener('abort', giveUp);
          resolve(results);
        };
        signal.addEventListener('abort', giveUp);
        if (batch.length === 0) finish();
        if (signal.aborted) giveUp();
        fill();
        sortOut();
      });
    },
  };
}

/** What is kept under a key. The memory is bounded: the oldest that nothing is pending for goes. */
function remember<T extends { readonly pending: number }>(memory: Map<string, T>, key: string, make: () => T): T {
  const known = memory.get(key);
  if (known) return known;
  if (memory.size >= maxRemembered) {
    for (const [oldest, { pending }] of memory) {
      if (pending > 0) continue;
      memory.delete(oldest);
      break;
    }
  }
  const made = make();
  memory.set(key, made);
  return made;
}
