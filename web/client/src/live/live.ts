// Over 300 lines: what a tab is among its like; each part of it looks at the same few variables.
import { isRowbellError } from '../errors.ts';
import type { ClientOptions, Send } from '../send.ts';
import { waitMs } from './backoff.ts';
import { type ConnectionState, createConnection } from './connection.ts';
import { createFeed } from './feed.ts';
import type { Frames, Topic } from './frames.ts';
import { silentMs } from './heartbeat.ts';
import { createKeptCursor } from './kept-cursor.ts';
import type { LiveEvents, Message } from './messages.ts';
import { askPerson, personOf } from './person.ts';
import { type Attention, createNeeds, createRoster, hasRisen, mostAttentive } from './roster.ts';
import { socketUrl } from './socket.ts';
import { createEmitter, createStore, once } from './store.ts';
import type { Surroundings } from './surroundings.ts';
import { joinTabs, type Tabs } from './tabs.ts';

const handOverAfterMs = 300_000;
const lingerMs = 5_000;

export type LiveOptions = Pick<ClientOptions, 'url' | 'getToken'> & {
  readonly send: Send;
  readonly surroundings: Surroundings;
};

/**
 * Everything that lives as long as somebody looks: who is signed in, their tabs, the socket of the one that leads. It begins with the first
 * that wants something of it, and ends a little after the last.
 */
export function createLive({ url, getToken, send, surroundings }: LiveOptions) {
  const { now, random, after, storage, isVisible } = surroundings;
  const emitter = createEmitter<LiveEvents>();
  const tab = `${now().toString(36)}${random().toString(36).slice(2)}`;
  const needs = createNeeds();
  const others = createRoster();
  const keptCursor = createKeptCursor(surroundings);
  let attending = 0;
  let person: string | null = null;
  let scope: string | null = null;
  let entering: Promise<string> | null = null;
  let tabs: Tabs | null = null;
  /** Of topics whose frames say all that there is: who comes later is given them. */
  const latest = new Map<Topic, Frames[Topic]>();
  let isConnected = false;
  let hiddenAt: number | null = null;
  let failedEntries = 0;
  let stopListening = () => {};
  let cancelLinger = () => {};
  let cancelHandOver = () => {};
  let cancelRetry = () => {};

  const need = (what: Topic | 'state'): (() => void) => {
    const drop = needs.add(what);
    settle();
    return once(() => {
      drop();
      // What was closed stays so when one of those who looked goes.
      if (tabs) settle();
    });
  };
  const state = createStore<ConnectionState>({ status: 'connecting', since: now(), nextTryAt: null }, () =>
    need('state'),
  );

  const own = (): Attention => (!isVisible() ? 'away' : attending > 0 ? 'inbox' : 'page');
  const attention = (): Attention => mostAttentive([own(), others.attention()]);
  const isLeader = (): boolean => tabs?.isLeader() ?? false;
  /** In all tabs. Who shows the count will show the list: its cursor is there then. */
  const wanted = (): ReadonlySet<Topic> => {
    const topics = new Set([...needs.topics(), ...others.topics()]);
    return topics.has('unread') ? topics.add('inbox') : topics;
  };
  const say = (message: Message): void => tabs?.send(message);

  const give = <Name extends Topic>(topic: Name, frame: Frames[Name]): void => {
    if (isLeader() && (topic === 'unread' || topic === 'banners')) latest.set(topic, frame);
    if (topic === 'inbox' && scope !== null) keptCursor.keep(keyOf(scope, 'cursor'), () => feed.cursorOf('inbox'));
    say({ kind: 'frame', topic, frame: frame as never });
    emitter.emit(topic, frame as LiveEvents[Name]);
  };

  const feed = createFeed({ after, send, emit: give, onRefused: () => connection.giveUp() });

  const connection = createConnection({
    url: socketUrl(url),
    getToken: async (reason) => {
      const token = await getToken(reason);
      if (token === null || scopeOf(personOf(token)) === scope) return token;
      // Somebody else has signed in: everything begins anew.
      leave();
      emitter.emit('person', null);
      settle();
      return new Promise(() => {});
    },
    surroundings: { ...surroundings, isVisible: () => attention() !== 'away' },
    pingPayload: () => ({ attention: attention() }),
    onOpen(session) {
      feed.open(session);
      emitter.emit('back', null);
    },
    async poll() {
      await feed.poll(wanted());
      emitter.emit('back', null);
    },
  });
  connection.state.subscribe(() => {
    if (!isConnected) return;
    const next = connection.state.get();
    if (next.status !== 'live') feed.close();
    state.set(next);
    say({ kind: 'state', state: next });
  });

  const scopeOf = (person: string): string => `${person} ${url}`;
  const keyOf = (of: string, name: string): string => `rowbell ${of} ${name}`;

  /** Finds out who is signed in, and joins their other tabs. */
  const enter = (): Promise<string> => {
    entering ??= join().catch((error: unknown) => {
      entering = null;
      throw error;
    });
    return entering;
  };
  const join = async (): Promise<string> => {
    const who = await askPerson(getToken);
    const of = scopeOf(who);
    const cursor = await keptCursor.read(keyOf(of, 'cursor'));
    if (cursor !== null) feed.note('inbox', cursor);
    person = who;
    scope = of;
    failedEntries = 0;
    tabs = joinTabs<Message>(keyOf(of, 'tabs'), surroundings, { onLead, onFollow, onMessage });
    const stops = [surroundings.onChange(look), surroundings.onLeave(() => say({ kind: 'bye', tab }))];
    stopListening = () => {
      for (const stop of stops) stop();
    };
    emitter.emit('person', of);
    return of;
  };

  const leave = (): void => {
    for (const cancel of [cancelLinger, cancelHandOver, cancelRetry, stopListening]) cancel();
    keptCursor.stop();
    isConnected = false;
    connection.stop();
    feed.close();
    feed.forget();
    say({ kind: 'bye', tab });
    tabs?.leave();
    tabs = null;
    others.clear();
    latest.clear();
    person = null;
    scope = null;
    entering = null;
  };

  /** Does what follows from what is wanted, here and in the other tabs. */
  const settle = (): void => {
    cancelLinger();
    if (!needs.isAny() && others.isEmpty()) {
      if (tabs) cancelLinger = after(lingerMs, rest);
      return;
    }
    if (!tabs) return void begin();
    if (!isLeader()) return void tell();
    const topics = wanted();
    for (const topic of latest.keys()) if (!topics.has(topic)) latest.delete(topic);
    feed.want(topics);
    if (isConnected) return;
    isConnected = true;
    connection.connect();
  };

  const begin = (): void => {
    cancelRetry();
    enter().then(settle, (error: unknown) => {
      if (isRowbellError(error) && error.code === 'UNAUTHENTICATED') return show('signed-out', null);
      const ms = waitMs(failedEntries++, random());
      cancelRetry = after(ms, begin);
      show('reconnecting', now() + ms);
    });
  };
  const show = (status: ConnectionState['status'], nextTryAt: number | null): void =>
    state.set({ status, since: state.get().status === status ? state.get().since : now(), nextTryAt });

  /** Nobody wants anything. The tab stays among the others, and may lead them again. */
  const rest = (): void => {
    if (isLeader()) {
      isConnected = false;
      feed.want(new Set());
      connection.stop();
      feed.close();
      state.set(connection.state.get());
    } else say({ kind: 'bye', tab });
  };

  const tell = (): void => say({ kind: 'tab', tab, topics: needs.topics(), attention: own() });

  const onLead = (): void => {
    others.clear();
    say({ kind: 'who' });
    settle();
  };
  const onFollow = (): void => {
    isConnected = false;
    latest.clear();
    connection.stop();
    feed.close();
  };

  const onMessage = (message: Message): void => {
    switch (message.kind) {
      case 'tab': {
        if (!isLeader()) return;
        const before = attention();
        others.note(message.tab, message);
        settle();
        say({ kind: 'state', state: state.get() });
        for (const [topic, frame] of latest) say({ kind: 'frame', topic, frame: frame as never });
        connection.look();
        if (hasRisen(before, attention())) connection.ping();
        return;
      }
      case 'bye':
        others.drop(message.tab);
        if (!isLeader()) return;
        connection.look();
        return void settle();
      case 'who':
        if (needs.isAny()) tell();
        return;
      case 'connect':
        if (isLeader()) connection.connect();
        return;
      case 'state':
        if (!isLeader()) state.set(message.state);
        return;
      case 'frame': {
        const { cursor } = message.frame as { readonly cursor?: string };
        if (cursor !== undefined) feed.note(message.topic, cursor);
        if (message.topic === 'banners') feed.noteBanners(message.frame);
        return void emitter.emit(message.topic, message.frame);
      }
      case 'shared':
        return void emitter.emit('shared', message.shared);
      case 'sign-out':
        return void forget();
    }
  };

  const look = (): void => {
    if (!isVisible()) {
      hiddenAt ??= now();
      cancelHandOver();
      // Timers of a tab that is hidden for longer go slowly: a tab that is looked at leads better.
      cancelHandOver = after(handOverAfterMs, () => attention() !== 'away' && tabs?.handOver());
    } else if (hiddenAt !== null) {
      cancelHandOver();
      // A tab that slept may not have heard what the leading one told.
      if (!isLeader() && now() - hiddenAt > silentMs && needs.isAny())
        feed.poll(new Set(needs.topics())).catch(() => {});
      hiddenAt = null;
    }
    if (isLeader()) connection.look();
    else if (tabs && needs.isAny()) tell();
  };

  const forget = async (): Promise<void> => {
    const of = scope;
    leave();
    show('signed-out', null);
    emitter.emit('person', null);
    if (of === null) return;
    const keys = (await storage.getAllKeys()).filter((key) => key.startsWith(keyOf(of, '')));
    for (const key of keys) await storage.removeItem(key);
  };

  return {
    state,
    on: emitter.on,
    /** Whose things are kept under which name. @throws `UNAUTHENTICATED`, `NO_TOKEN` */
    enter,
    /** The same, where it is known already. */
    scope: () => scope,
    /** Who that is: `users.id`. */
    person: () => person,
    keyOf,
    share: (shared: object): void => say({ kind: 'shared', shared }),

    /** Wants a topic until what it returns is called. */
    need<Name extends Topic>(topic: Name, listener: (frame: Frames[Name]) => void): () => void {
      const stop = emitter.on(topic, listener as never);
      if (latest.has(topic)) listener(latest.get(topic) as Frames[Name]);
      const drop = need(topic);
      return () => {
        stop();
        drop();
      };
    },

    /** Tries now, also after somebody has signed in. */
    connect(): void {
      if (!tabs) begin();
      else if (isLeader()) connection.connect();
      else say({ kind: 'connect' });
    },

    /** Ends at once what ends by itself a little after nobody wants anything any more. */
    close(): void {
      leave();
      show('connecting', null);
      emitter.emit('person', null);
    },

    attend(): () => void {
      const before = attention();
      attending++;
      if (!isLeader()) tell();
      else if (hasRisen(before, attention())) connection.ping();
      return once(() => {
        attending--;
        if (!isLeader()) tell();
      });
    },

    /** In all tabs: nothing of the person is kept. */
    async forget(): Promise<void> {
      say({ kind: 'sign-out' });
      await forget();
    },
  };
}

export type Live = ReturnType<typeof createLive>;
