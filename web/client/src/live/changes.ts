import * as documents from '../documents.ts';
import { failure, isRowbellError, type RowbellError } from '../errors.ts';
import type { ChangeNotificationsInput, ReportReceiptInput } from '../generated/operations.ts';
import { isIds, type Which } from '../inbox.ts';
import type { Send } from '../send.ts';
import { waitMs } from './backoff.ts';
import type { Effect } from './items.ts';
import type { Live } from './live.ts';
import { createStore } from './store.ts';
import type { Surroundings } from './surroundings.ts';

/** A change on its way to the API, from this tab or another. */
export type PendingChange = Effect & {
  readonly id: string;
  readonly which: Which;
  /** When the person made it. */
  readonly at: string;
};

/** What the API made of a change. */
export type Outcome =
  | { readonly id: string; readonly changed: number; readonly undoToken: string | null }
  | { readonly id: string; readonly error: RowbellError }
  /** Taken back before it was sent. */
  | { readonly id: string; readonly isCanceled: true };

/** What is kept until the API has it. */
type Kept =
  | { readonly change: PendingChange }
  | { readonly receipt: Pick<ReportReceiptInput, 'deliveryId' | 'kind' | 'actionKey'> };
/** What tabs tell each other of changes. An error would lose its code on the way. */
type Shared =
  | { readonly begun: PendingChange }
  | { readonly ended: Exclude<Outcome, { error: unknown }> | { readonly id: string; readonly refused: object } };

/** A change that was shown as done, and then refused. */
export type Refusal = { readonly change: PendingChange | undefined; readonly error: RowbellError };

const atMost = 1_000;
const outcomesKept = 100;

export type ChangesOptions = {
  readonly send: Send;
  readonly live: Live;
  readonly surroundings: Surroundings;
};

/**
 * What people do is kept before it is sent, and sent in its order, each by one tab, until the API has answered. So nothing is lost
 * by a tunnel, a closed tab or a crash; and nothing is done twice, since by the API's own rules the first time stands.
 */
export function createChanges({ send, live, surroundings }: ChangesOptions) {
  const { now, random, after, storage, locks } = surroundings;
  const pending = createStore<readonly PendingChange[]>([]);
  const listeners = new Set<(outcome: Outcome, change: PendingChange | undefined) => void>();
  const refusals = new Set<(refusal: Refusal) => void>();
  /** Whose makers wait for what becomes of them. */
  const awaited = new Set<string>();
  /** What became of the last ones: undo asks, and the tab that sent it may have been another. */
  const outcomes = new Map<string, Outcome>();
  let lastAt = 0;
  let tries = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let cancelRetry = () => {};

  const begin = (change: PendingChange): void => {
    if (!pending.get().some(({ id }) => id === change.id)) pending.set([...pending.get(), change]);
  };
  const end = (outcome: Outcome): void => {
    const change = pending.get().find(({ id }) => id === outcome.id);
    outcomes.set(outcome.id, outcome);
    for (const id of outcomes.keys()) if (outcomes.size > outcomesKept) outcomes.delete(id);
    for (const listener of [...listeners]) listener(outcome, change);
    pending.set(pending.get().filter(({ id }) => id !== outcome.id));
  };
  const tell = (shared: Shared): void => live.share(shared);

  /** Keys are in the order in which things were done, whichever tab did them: they have one clock. */
  const nextKey = (scope: string): string => {
    lastAt = Math.max(now(), lastAt + 1);
    return live.keyOf(scope, `change ${`${lastAt}`.padStart(15, '0')} ${random().toString(36).slice(2)}`);
  };
  const keysOf = async (scope: string): Promise<string[]> => {
    const prefix = live.keyOf(scope, 'change ');
    return (await storage.getAllKeys()).filter((key) => key.startsWith(prefix)).sort();
  };
  const keep = async (what: Kept): Promise<string> => {
    const scope = await live.enter();
    if ((await keysOf(scope)).length >= atMost)
      throw failure('TOO_LARGE', 'Too many changes wait to be sent.', { field: undefined });
    const key = nextKey(scope);
    await storage.setItem(key, JSON.stringify(what));
    return key;
  };

  const ask = async (what: Kept): Promise<Outcome | null> => {
    if ('receipt' in what) {
      await send(documents.reportReceipt, { input: what.receipt }, { isRepeatable: true });
      return null;
    }
    const { id } = what.change;
    const { result } = (await send(documents.changeNotifications, { input: inputOf(what.change) })).changeNotifications;
    return { id, changed: result.changed, undoToken: result.undoToken };
  };

  /** Sends what waits, one by one; whether all of it got through. */
  const sendAll = async (scope: string): Promise<boolean> => {
    for (;;) {
      const [key] = await keysOf(scope);
      if (key === undefined) return true;
      const text = await storage.getItem(key);
      const what: Kept | null = text === null ? null : JSON.parse(text);
      let outcome: Outcome | null = null;
      try {
        outcome = what && (await ask(what));
      } catch (error) {
        if (!isRowbellError(error)) throw error;
        if (mayPass(error)) return wait(error);
        if (what && 'change' in what) outcome = { id: what.change.id, error };
      }
      await storage.removeItem(key);
      tries = 0;
      if (!outcome) continue;
      tell({ ended: toShare(outcome) });
      const change = what && 'change' in what ? what.change : undefined;
      if ('error' in outcome && !awaited.has(outcome.id))
        for (const listener of [...refusals]) listener({ change, error: outcome.error });
      end(outcome);
    }
  };

  const wait = (error: RowbellError): false => {
    cancelRetry();
    // Somebody has to sign in, which brings it back here.
    if (error.code === 'UNAUTHENTICATED') return false;
    const { retryAfter = 0 } = error as { readonly retryAfter?: number };
    cancelRetry = after(retryAfter * 1_000 + waitMs(++tries, random()), flushSoon);
    return false;
  };

  /** One tab at a time, and in this tab one after the other. */
  const alone = <Value>(scope: string, work: () => Promise<Value>): Promise<Value> => {
    const mine = turn.then(async () => {
      if (!locks) return work();
      let value: Value | undefined;
      await locks.request(live.keyOf(scope, 'changes'), {}, async () => {
        value = await work();
      });
      return value as Value;
    });
    turn = mine.catch(() => {});
    return mine;
  };

  const flush = async (): Promise<boolean> => {
    const scope = await live.enter().catch(() => null);
    return scope !== null && alone(scope, () => sendAll(scope));
  };

  const flushSoon = (): void => {
    // What keeps things may fail (a full disk): the next occasion is another try.
    flush().catch(() => {});
  };

  const load = async (scope: string | null): Promise<void> => {
    cancelRetry();
    pending.set([]);
    if (scope === null) return;
    const keys = await keysOf(scope);
    for (const key of keys) {
      const text = await storage.getItem(key);
      const what: Kept | null = text === null ? null : JSON.parse(text);
      if (what && 'change' in what) begin(what.change);
    }
    if (keys.length > 0) flushSoon();
  };

  live.on('person', (scope) => void load(scope).catch(() => {}));
  live.on('back', flushSoon);
  live.on('shared', (shared) => {
    const told = shared as Shared;
    if ('begun' in told) begin(told.begun);
    else end('refused' in told.ended ? { id: told.ended.id, error: fromShared(told.ended.refused) } : told.ended);
  });

  return {
    pending,

    onOutcome(listener: (outcome: Outcome, change: PendingChange | undefined) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    onRefusal(listener: (refusal: Refusal) => void): () => void {
      refusals.add(listener);
      return () => void refusals.delete(listener);
    },
    outcomeOf: (id: string): Outcome | undefined => outcomes.get(id),

    /**
     * Makes a change: at once on the screen, then at the API.
     *
     * @returns what the API made of it; null where it waits to be sent
     */
    async make(change: PendingChange): Promise<Outcome | null> {
      begin(change);
      awaited.add(change.id);
      try {
        await keep({ change });
        tell({ begun: change });
        await flush();
        return outcomes.get(change.id) ?? null;
      } catch (error) {
        end({ id: change.id, isCanceled: true });
        throw error;
      } finally {
        awaited.delete(change.id);
      }
    },

    /** Takes a change back that was not sent yet; false where it was. */
    async cancel(id: string): Promise<boolean> {
      const scope = await live.enter();
      return alone(scope, async () => {
        for (const key of await keysOf(scope)) {
          const text = await storage.getItem(key);
          if (!text?.includes(id)) continue;
          await storage.removeItem(key);
          tell({ ended: { id, isCanceled: true } });
          end({ id, isCanceled: true });
          return true;
        }
        return false;
      });
    },

    /** Reports what the phone saw, now or when there is a network. */
    async report(receipt: Pick<ReportReceiptInput, 'deliveryId' | 'kind' | 'actionKey'>): Promise<void> {
      await keep({ receipt });
      await flush();
    },
  };
}

export type Changes = ReturnType<typeof createChanges>;

const inputOf = ({ which, action, until }: PendingChange): ChangeNotificationsInput => ({
  action,
  ...(until !== undefined && { until }),
  ...(which === 'all' ? { filter: {} } : isIds(which) ? { notificationIds: which } : which),
});

/** Whether the same may succeed later; else the API has refused it for good. */
function mayPass(error: RowbellError): boolean {
  switch (error.code) {
    case 'NO_CONNECTION':
    case 'NO_ANSWER':
    case 'NO_TOKEN':
    case 'UNAVAILABLE':
    case 'RATE_LIMITED':
    case 'UNAUTHENTICATED':
      return true;
    case 'NOT_ROWBELL':
      // A page of the hotel's network says 200.
      return error.status < 400 || error.status >= 500 || error.status === 408 || error.status === 429;
    default:
      return false;
  }
}

const toShare = (outcome: Outcome) =>
  'error' in outcome
    ? { id: outcome.id, refused: { ...outcome.error, message: outcome.error.message, cause: undefined } }
    : outcome;

function fromShared(refused: object): RowbellError {
  const { code, message, name: _, ...details } = refused as Record<string, never>;
  return failure(code as unknown as 'UNKNOWN', message ?? '', details as unknown as { serverCode: string });
}
