import { isRowbellError } from '../errors.ts';
import { judgeClose, waitMs } from './backoff.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { openSession, type Session, subprotocol } from './socket.ts';
import { createStore, type Store } from './store.ts';
import type { Surroundings } from './surroundings.ts';

export type ConnectionState = {
  /**
   * `connecting`: for the first time. `live`: what happens is here at once. `reconnecting`: another try comes. `polling`: sockets do
   * not get through, so the API is asked every now and then. `offline`: there is no network. `signed-out`: nobody is signed in.
   */
  readonly status: 'connecting' | 'live' | 'reconnecting' | 'polling' | 'offline' | 'signed-out';
  /** Since when: milliseconds since 1970. */
  readonly since: number;
  /** When it is tried again, or asked again; null while it is being tried, and where there is nothing to try. */
  readonly nextTryAt: number | null;
};

export type ConnectionOptions = {
  /** `wss://…/graphql`. */
  readonly url: string;
  readonly getToken: (reason: { readonly isRefused: boolean }) => Promise<string | null>;
  readonly surroundings: Pick<Surroundings, 'now' | 'random' | 'after' | 'openSocket' | 'isOnline' | 'isVisible'>;
  /** What each ping says. */
  readonly pingPayload: () => object;
  readonly onOpen: (session: Session) => void;
  /** Asks once by request what a socket would have told. */
  readonly poll: () => Promise<unknown>;
};

export type Connection = {
  readonly state: Store<ConnectionState>;
  /** Tries at once, whatever it waits for. Begins it, too. */
  connect(): void;
  /** Looks at its surroundings: they may have changed. */
  look(): void;
  /** Pings at once. */
  ping(): void;
  /** Gives the socket up as failed: what was asked on it cannot be had. */
  giveUp(): void;
  stop(): void;
};

/** After which a connection counts as a good one, and the waits begin from the start. */
const stableMs = 30_000;
/** For a token, a socket and the API's word that it may begin. */
const openWithinMs = 15_000;
const failuresUntilPolling = 3;
const pollEveryMs = 30_000;
const pollHiddenEveryMs = 300_000;
const socketEveryMs = 300_000;
const hiddenUntilClosedMs = 300_000;

/** One socket that comes back whatever happens. It never gives up; docs/decisions/0015-the-live-client.md has the rules. */
export function createConnection(options: ConnectionOptions): Connection {
  const { url, surroundings, poll } = options;
  const { now, random, after, isOnline, isVisible } = surroundings;
  const state = createStore<ConnectionState>({ status: 'connecting', since: now(), nextTryAt: null });

  let isStarted = false;
  /** Counts what was begun, so that what comes late from an earlier try is not heard. */
  let attempt = 0;
  let tries = 0;
  let failures = 0;
  let isRefused = false;
  let token: string | null = null;
  let refusedToken: string | null = null;
  let session: Session | null = null;
  let isReady = false;
  let heartbeat: Heartbeat | null = null;
  let isPolling = false;
  /** How the last asking by request went; null: it was not asked yet. */
  let hasAnswered: boolean | null = null;
  let socketAt = 0;
  let wasOnline = isOnline();
  let wasVisible = true;
  let cancelNext = () => {};
  let cancelStable = () => {};
  let cancelHidden = () => {};

  const show = (status: ConnectionState['status'], nextTryAt: number | null): void => {
    const before = state.get();
    if (before.status === status && before.nextTryAt === nextTryAt) return;
    state.set({ status, since: before.status === status ? before.since : now(), nextTryAt });
  };
  const waiting = (): ConnectionState['status'] => {
    if (!isOnline()) return 'offline';
    if (isPolling && hasAnswered) return 'polling';
    const { status } = state.get();
    return status === 'signed-out' || (status === 'connecting' && tries === 0) ? 'connecting' : 'reconnecting';
  };
  const later = (ms: number, work: () => void): void => {
    cancelNext();
    cancelNext = after(ms, work);
    show(waiting(), now() + ms);
  };
  const drop = (code: number, reason: string): void => {
    attempt++;
    cancelNext();
    cancelStable();
    heartbeat?.stop();
    session?.close(code, reason);
    session = null;
    heartbeat = null;
    isReady = false;
  };

  const signOut = (): void => {
    drop(1000, 'signed out');
    isPolling = false;
    isRefused = false;
    tries = 0;
    show('signed-out', null);
  };

  /** @param retryAfterMs what the API asks for; a little jitter comes on top, because it asks many at once */
  const again = (retryAfterMs?: number): void => {
    const ms = waitMs(tries++, random());
    if (failures >= failuresUntilPolling && isOnline()) startPolling(ms, retryAfterMs);
    else later(retryAfterMs === undefined ? ms : retryAfterMs + waitMs(0, random()), connect);
  };

  const startPolling = (ms: number, socketAfterMs = socketEveryMs): void => {
    isPolling = true;
    socketAt = now() + socketAfterMs;
    later(ms, askOnce);
  };

  const askOnce = async (): Promise<void> => {
    if (now() >= socketAt) return connect();
    const mine = attempt;
    show(waiting(), null);
    const error = await poll().then(
      () => null,
      (reason: unknown) => reason ?? new Error('refused'),
    );
    if (mine !== attempt) return;
    if (isRowbellError(error) && error.code === 'UNAUTHENTICATED') return signOut();
    const isBack = error === null && hasAnswered === false;
    hasAnswered = error === null;
    // The API can be asked again: perhaps sockets get through, too.
    if (isBack) return connect();
    if (!hasAnswered) return later(waitMs(tries++, random()), askOnce);
    later((isVisible() ? pollEveryMs : pollHiddenEveryMs) * (0.8 + 0.4 * random()), askOnce);
  };

  const fail = (retryAfterMs?: number): void => {
    drop(4499, 'gave up');
    failures++;
    again(retryAfterMs);
  };

  const onClose = (code: number, reason: string): void => {
    const hadBegun = isReady;
    drop(code, reason);
    if (!hadBegun) failures++;
    const verdict = judgeClose(code, reason);
    if (verdict.kind === 'again') return void again(verdict.retryAfterMs);
    if (verdict.kind === 'full') {
      tries++;
      return void startPolling(pollEveryMs * random());
    }
    if (verdict.kind === 'refused') {
      refusedToken = token;
      // This one was asked for because the one before was refused: nobody can help.
      if (isRefused) return void signOut();
    }
    isRefused = true;
    if (tries > 0 && verdict.kind === 'expired') return void again();
    tries++;
    connect();
  };

  const onReady = (opened: Session): void => {
    isReady = true;
    failures = 0;
    isPolling = false;
    hasAnswered = null;
    isRefused = false;
    cancelNext();
    cancelStable = after(stableMs, () => {
      tries = 0;
    });
    heartbeat = startHeartbeat({
      now,
      after,
      isVisible,
      ping: () => opened.ping(options.pingPayload()),
      onDead: () => onClose(4499, 'silent'),
    });
    show('live', null);
    opened.ping(options.pingPayload());
    options.onOpen(opened);
  };

  const connect = (): void => {
    if (!isStarted) begin();
    drop(1000, 'another try');
    const mine = attempt;
    if (state.get().status !== 'signed-out') show(waiting(), null);
    cancelNext = after(openWithinMs, () => mine === attempt && fail());
    options.getToken({ isRefused }).then(
      (answer) => mine === attempt && open(answer),
      () => mine === attempt && fail(),
    );
  };

  const open = (answer: string | null): void => {
    if (answer === null || answer === refusedToken) return void signOut();
    token = answer;
    show(waiting(), null);
    const mine = attempt;
    const only =
      <Args extends unknown[]>(work: (...args: Args) => void) =>
      (...args: Args) => {
        if (mine === attempt) work(...args);
      };
    try {
      session = openSession(
        surroundings.openSocket(url, subprotocol),
        { authorization: `Bearer ${token}` },
        { onReady: only(onReady), onHeard: only(() => heartbeat?.beat()), onClose: only(onClose) },
      );
    } catch {
      fail();
    }
  };

  const begin = (): void => {
    isStarted = true;
    wasOnline = isOnline();
    wasVisible = true;
    look();
  };

  /** Who is asked every now and then may be asked while nobody looks: that is five minutes apart. */
  const sleep = (): void => {
    if (isPolling) return;
    drop(1000, 'nobody looks');
    show('reconnecting', null);
  };

  const look = (): void => {
    const [isOnlineNow, isVisibleNow] = [isOnline(), isVisible()];
    const [hasComeBack, isSeenAgain] = [isOnlineNow && !wasOnline, isVisibleNow && !wasVisible];
    const hasGone = !isOnlineNow && wasOnline;
    if (isStarted && wasVisible && !isVisibleNow) cancelHidden = after(hiddenUntilClosedMs, sleep);
    if (isVisibleNow) cancelHidden();
    wasOnline = isOnlineNow;
    wasVisible = isVisibleNow;
    if (!isStarted) return;
    if (hasGone) {
      drop(1000, 'offline');
      again();
    } else if (hasComeBack) connect();
    else if (isSeenAgain && isReady) heartbeat?.check();
    // What is being tried goes on; what waits need not wait any longer.
    else if (isSeenAgain && session === null) connect();
  };

  return {
    state,
    connect,
    look,
    ping: () => {
      if (isReady) session?.ping(options.pingPayload());
    },
    giveUp: () => {
      if (session) fail();
    },
    stop() {
      isStarted = false;
      cancelHidden();
      drop(1000, 'no longer needed');
      isPolling = false;
      failures = 0;
      show('connecting', null);
    },
  };
}
