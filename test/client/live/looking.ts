import { afterEach, expect } from 'vitest';
import type { Rowbell, Store } from '../../../web/client/src/index.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Somebody looks at it, and at the connection, until the test is over. */
export function look<Look extends Pick<Store<unknown>, 'subscribe'>>(rowbell: Rowbell, store: Look): Look {
  for (const one of [store, rowbell.connection]) stops.push(one.subscribe(() => {}));
  return store;
}

export const statusOf = (rowbell: Rowbell) => expect.poll(() => rowbell.connection.get().status);
