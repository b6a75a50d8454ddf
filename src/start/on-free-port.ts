import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.ts';
import type { Child } from './child.ts';

const maxTries = 4;
const patienceMs = 30_000;

export type OnFreePortOptions = {
  /** For the error's sake. */
  readonly name: string;
  readonly preferred: number;
  readonly host: string;
  /** Starts the child on a port. */
  readonly start: (port: number) => Child;
};

/**
 * Starts a child on the preferred port or another, and resolves once it says that it listens. Between our asking for a
 * port and its listening somebody else may take it (two starts at once do): then it ends, and gets another.
 *
 * @throws {Error} when it ends every time, or does not listen within half a minute; it is stopped then
 */
export async function onFreePort({
  name,
  preferred,
  host,
  start,
}: OnFreePortOptions): Promise<{ child: Child; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort(preferred, host);
    const child = start(port);
    const late = new AbortController();
    const listens = await Promise.race([
      child.listens,
      sleep(patienceMs, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    if (listens) return { child, port };
    await child.stop();
    if (tries === maxTries) throw new Error(`${name} does not listen; see its lines above.`);
  }
}
