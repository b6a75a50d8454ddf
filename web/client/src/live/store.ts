/**
 * A value that changes, and who looks at it: what `useSyncExternalStore` of React takes, and what every framework can be
 * given in a few lines. The value is another object after each change and the same one until then.
 */
export type Store<Value> = {
  get(): Value;
  /** Calls after each change. Call what it returns to stop. */
  subscribe(listener: () => void): () => void;
};

export type SettableStore<Value> = Store<Value> & { set(value: Value): void };

/** @param onUsed runs when the first one looks; what it returns runs when nobody does any more */
export function createStore<Value>(initial: Value, onUsed?: () => () => void): SettableStore<Value> {
  let value = initial;
  let stop: (() => void) | undefined;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      // The same function twice is two subscriptions.
      const own = () => listener();
      listeners.add(own);
      if (listeners.size === 1) stop = onUsed?.();
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}

/** Listeners by the name of what they listen to. */
export function createEmitter<Events extends object>() {
  type Listener = (event: never) => void;
  const listeners = new Map<keyof Events, Set<Listener>>();
  return {
    on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
      const own = (event: Events[Name]) => listener(event);
      const named = listeners.get(name) ?? new Set();
      listeners.set(name, named.add(own));
      return () => void named.delete(own);
    },
    emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
      for (const listener of [...(listeners.get(name) ?? [])]) listener(event as never);
    },
    isHeard: (name: keyof Events): boolean => (listeners.get(name)?.size ?? 0) > 0,
  };
}

/** The first call counts. */
export function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
