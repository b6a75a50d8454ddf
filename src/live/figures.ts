import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Doorbell } from './doorbell.ts';

export type Figures = {
  /** What these doorbells rang for has been handed to the feeds. */
  noteRead(doorbells: readonly Doorbell[]): void;
  /** A socket was verified, so long after it was opened. */
  noteConnected(ms: number): void;
  noteFrame(field: string): void;
  noteDropped(frames: number): void;
  noteResumed(isReset: boolean): void;
  noteClosed(code: number): void;
};

/** What is counted of sockets, at the moment of asking. */
export type Standing = {
  readonly connections: () => number;
  readonly waiting: () => number;
  readonly subscriptions: () => ReadonlyMap<string, number>;
  readonly isListening: () => boolean;
};

/** Metrics of real time: `rowbell_live_…`. `stand` is told once where the numbers of the moment are. */
export function createFigures(registry: Registry): Figures & { stand(standing: Standing): void } {
  const registers = [registry];
  const lag = new Histogram({
    name: 'rowbell_live_lag_seconds',
    help: 'From the statement that changed a notification until its frames are on their way',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const connect = new Histogram({
    name: 'rowbell_live_connect_seconds',
    help: 'From the opening of a socket until its token is verified',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const frames = new Counter({
    name: 'rowbell_live_frames_total',
    help: 'Frames that sockets have taken',
    labelNames: ['field'],
    registers,
  });
  const dropped = new Counter({
    name: 'rowbell_live_dropped_total',
    help: 'Frames that were dropped because a client does not read',
    registers,
  });
  const resumes = new Counter({
    name: 'rowbell_live_resumes_total',
    help: 'Subscriptions that began with a cursor; reset: the client has to begin anew',
    labelNames: ['reset'],
    registers,
  });
  const closed = new Counter({
    name: 'rowbell_live_closed_total',
    help: 'Sockets that were closed by this side, by code',
    labelNames: ['code'],
    registers,
  });

  return {
    noteRead(doorbells) {
      const now = Date.now();
      for (const { rungAtMs } of doorbells) lag.observe(Math.max(0, now - rungAtMs) / 1_000);
    },
    noteConnected: (ms) => connect.observe(ms / 1_000),
    noteFrame: (field) => frames.inc({ field }),
    noteDropped: (count) => dropped.inc(count),
    noteResumed: (isReset) => resumes.inc({ reset: String(isReset) }),
    noteClosed: (code) => closed.inc({ code: String(code) }),
    stand(standing) {
      const gauge = (name: string, help: string, read: () => number) =>
        new Gauge({
          name: `rowbell_live_${name}`,
          help,
          registers,
          collect() {
            this.set(read());
          },
        });
      gauge('connections', 'Sockets whose token was verified', standing.connections);
      gauge('waiting', 'Sockets that wait in the line of their address', standing.waiting);
      gauge('listening', '1 while doorbells are heard', () => Number(standing.isListening()));
      new Gauge({
        name: 'rowbell_live_subscriptions',
        help: 'Open subscriptions',
        labelNames: ['field'],
        registers,
        collect() {
          for (const [field, count] of standing.subscriptions()) this.set({ field }, count);
        },
      });
    },
  };
}
