import { z } from 'zod';
import { providerNames } from '../providers/types.ts';

/**
 * What can be made to go wrong. Each server gives a kind its protocol's shape (429 TooManyRequests at APNs, 421 at
 * SMTP) and ignores kinds that mean nothing to it.
 * - `latency`: answers as usual after `latencyMs`. Any other kind waits too when `latencyMs` is given.
 * - `throttle`: too many requests, with Retry-After when `retryAfterS` is given.
 * - `gone`: the address is not registered any more.
 * - `reject`: refused with `status` and `reason` as given.
 * - `server_error`: 500, or `status`.
 * - `reset`: the connection is cut after the request was read; with the reason `accepted` the message was taken all the same.
 * - `goaway`: HTTP/2 GOAWAY; other protocols close the connection after answering. With `errorCode` HTTP/2 ends it at once. With
 *   `unprocessed` whatever came after the struck request is not looked at; with `afterMs` the connection has some rest first.
 * - `hard_bounce`, `soft_bounce`: the mailbox or number refuses for good, or for now.
 * - `lost_receipt`, `late_receipt`: the receipt never comes, or after `latencyMs`.
 */
export const faultKinds = [
  'latency',
  'throttle',
  'gone',
  'reject',
  'server_error',
  'reset',
  'goaway',
  'hard_bounce',
  'soft_bounce',
  'lost_receipt',
  'late_receipt',
] as const;
export type FaultKind = (typeof faultKinds)[number];

const faultInput = z.strictObject({
  provider: z.enum(providerNames),
  /** A step that comes before any address is known, where it strikes instead: SMTP's AUTH and MAIL FROM, Google's token endpoint. */
  stage: z.enum(['auth', 'mail', 'token']).optional(),
  /** Absent: every address of the provider. */
  address: z.string().min(1).max(4096).optional(),
  kind: z.enum(faultKinds),
  /** Share of matching requests that meet the fault; absent: all. */
  rate: z.number().min(0).max(1).optional(),
  /** How many times it strikes before it is gone; absent: until removed. */
  times: z.int().min(1).optional(),
  latencyMs: z.int().min(0).max(600_000).optional(),
  retryAfterS: z.int().min(0).max(86_400).optional(),
  /** `goaway`: why, as RFC 9113 §7 numbers it; absent: gracefully. */
  errorCode: z.int().min(0).max(13).optional(),
  unprocessed: z.boolean().optional(),
  afterMs: z.int().min(0).max(600_000).optional(),
  reason: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x20-\x7e]+$/, 'only printable ASCII')
    .optional(),
  status: z.int().min(100).max(599).optional(),
});

export type FaultInput = z.input<typeof faultInput>;
export type Fault = Readonly<z.output<typeof faultInput>> & { readonly id: string };

/** A fault that cannot be understood; the message names the field. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

export type Faults = {
  /** Switches a fault on. Throws FaultError, naming the field, when it is malformed. */
  add(fault: unknown): Fault;
  /** Faults that are on, oldest first, `times` being what is left. */
  list(): Fault[];
  /** Switches one off; false when there is none of that id. */
  remove(id: string): boolean;
  clear(): void;
  /** The first fault this request meets, or null. Using it up counts against its `times`. */
  next(provider: Fault['provider'], address: string): Fault | null;
  /** The same of a step that comes before any address is known. */
  nextAt(provider: Fault['provider'], stage: NonNullable<Fault['stage']>): Fault | null;
  /** How many requests have met a fault so far, also one that is off by now. */
  strikes(id: string): number;
};

/** The switchboard of faults. `random` decides whether a fault with a `rate` strikes. */
export function createFaults({ random = Math.random }: { readonly random?: () => number } = {}): Faults {
  let active: Fault[] = [];
  let lastId = 0;
  const strikes = new Map<string, number>();

  function strike(provider: Fault['provider'], stage: Fault['stage'], address: string | undefined): Fault | null {
    if (active.length === 0) return null;
    for (const [index, fault] of active.entries()) {
      if (fault.provider !== provider || fault.stage !== stage) continue;
      if (fault.address !== undefined && fault.address !== address) continue;
      if (fault.rate !== undefined && random() >= fault.rate) continue;
      if (fault.times === 1) active.splice(index, 1);
      else if (fault.times !== undefined) active[index] = { ...fault, times: fault.times - 1 };
      strikes.set(fault.id, (strikes.get(fault.id) ?? 0) + 1);
      return fault;
    }
    return null;
  }

  return {
    add(input) {
      const parsed = faultInput.safeParse(input);
      if (!parsed.success) throw new FaultError(describe(parsed.error));
      const fault = { ...parsed.data, id: `fault-${++lastId}` };
      active.push(fault);
      return fault;
    },
    list: () => [...active],
    remove(id) {
      const before = active.length;
      active = active.filter((fault) => fault.id !== id);
      return active.length < before;
    },
    clear() {
      active = [];
    },
    next: (provider, address) => strike(provider, undefined, address),
    nextAt: (provider, stage) => strike(provider, stage, undefined),
    strikes: (id) => strikes.get(id) ?? 0,
  };
}

function describe(error: z.ZodError): string {
  return error.issues
    .map((issue) => `fault${issue.path.length > 0 ? `.${issue.path.join('.')}` : ''}: ${issue.message}`)
    .join('; ');
}
