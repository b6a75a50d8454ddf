import { writeSync } from 'node:fs';
import { type DestinationStream, pino } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `noun.participle`, lower snake case: `delivery.sent`, `sender.paused`. The names are public API. */
export type EventName = `${string}.${string}`;

/** Ids, counts, durations and codes. No address, no text of a notification, no token. */
export type Fields = Readonly<Record<string, unknown>>;

export type Logger = {
  debug(event: EventName, fields?: Fields): void;
  info(event: EventName, fields?: Fields): void;
  warn(event: EventName, fields?: Fields): void;
  error(event: EventName, fields?: Fields): void;
  /** A logger that adds the fields to every line. */
  child(fields: Fields): Logger;
};

/**
 * A logger that writes one JSON object a line: `level` as a word, `time` in ISO 8601, `event`, the fields. A field
 * `error` may hold anything thrown and is reduced to name, message, code and stack: a database error's `detail` can
 * quote a row and is left out.
 *
 * @param options.component which process or part is speaking, e.g. `api`, `worker-urgent`
 * @param destination where lines go; standard output unless told
 */
export function createLogger(
  options: { readonly level: LogLevel; readonly component: string },
  destination: DestinationStream = standardOutput,
): Logger {
  const settings = {
    level: options.level,
    base: { component: options.component },
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describeError },
  };
  return wrap(pino(settings, destination));
}

/**
 * Line by line, waiting while a pipe is full. When nobody reads any more (whoever started us was killed), lines are
 * dropped: pino's own destination would try for ever, and the process could not even end.
 */
const standardOutput: DestinationStream = {
  write(line) {
    const bytes = Buffer.from(line);
    for (let written = 0; written < bytes.length; ) {
      try {
        written += writeSync(1, bytes, written);
      } catch (error) {
        const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        if (!isFull) return;
        Atomics.wait(pause, 0, 0, 5);
      }
    }
  },
};
const pause = new Int32Array(new SharedArrayBuffer(4));

function wrap(target: pino.Logger): Logger {
  return {
    debug: (event, fields = {}) => target.debug(fields, event),
    info: (event, fields = {}) => target.info(fields, event),
    warn: (event, fields = {}) => target.warn(fields, event),
    error: (event, fields = {}) => target.error(fields, event),
    child: (fields) => wrap(target.child(fields)),
  };
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  return { name: error.name, message: error.message, code, stack: error.stack };
}
