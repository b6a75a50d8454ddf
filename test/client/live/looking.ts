import { expect, onTestFinished } from 'vitest';
import type { Rowbell, Store } from '../../../web/client/src/index.ts';

/** Somebody looks at it, and at the connection, until the test is over. */
export function look<Look extends Pick<Store<unknown>, 'subscribe'>>(rowbell: Rowbell, store: Look): Look {
  for (const one of [store, rowbell.connection]) onTestFinished(one.subscribe(() => {}));
  return store;
}

export const statusOf = (rowbell: Rowbell) => expect.poll(() => rowbell.connection.get().status);
