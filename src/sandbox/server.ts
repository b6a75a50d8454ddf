import type { AddressInfo, Server } from 'node:net';
import type { Credentials } from './credentials.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';

/** What every protocol server of the sandbox is given. */
export type ServerContext = {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly credentials: Credentials;
  /** Interface to bind. */
  readonly host: string;
  /** Name or address under which clients reach it; stands in the settings and in issued URLs. */
  readonly publicHost: string;
  /** 0: any free port. */
  readonly port: number;
  /** Origin that replaces the one in a request's status callback, where that one is not reachable from here. */
  readonly twilioCallbackBase: string | null;
};

export type RunningServer = {
  readonly port: number;
  /** Environment variables that point the real SDK at this server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Stops listening, cuts open connections; idempotent. */
  close(): Promise<void>;
};

/** Each protocol server is a file of this folder that exports one of these. */
export type StartServer = (context: ServerContext) => Promise<RunningServer>;

/** Binds and resolves to the port; rejects with the system's error (EADDRINUSE …). */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Resolves after `ms`; the timer does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
