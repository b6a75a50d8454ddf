import type { ProviderName } from '../../src/providers/types.ts';
import type { FaultInput } from '../../src/sandbox/faults.ts';

/** What a fault may do to who meets it, as docs/provider-errors.md reads what they are answered. */
export type Harm =
  /** Nothing in the end: it is tried again. */
  | 'none'
  /** The delivery may fail; its address stays. */
  | 'message'
  /** The address is dead. */
  | 'address';

export type StormFault = {
  readonly provider: ProviderName;
  /** Unique within the provider. */
  readonly name: string;
  /** Whom it strikes: a share of everybody at the provider or origin, or a few recipients. */
  readonly share: number | 'recipients';
  readonly harm: Harm;
  readonly fault: Omit<FaultInput, 'provider' | 'address' | 'rate'>;
  /** What must happen beside it, so that it is met: a new connection, a new token. */
  readonly beside?: StormFault['fault'] | undefined;
};

type Row = readonly [
  name: string,
  share: StormFault['share'],
  fault: StormFault['fault'],
  harm?: Harm,
  beside?: StormFault['fault'],
];
const of = (provider: ProviderName, rows: readonly Row[]): StormFault[] =>
  rows.map(([name, share, fault, harm = 'none', beside]) => ({ provider, name, share, fault, harm, beside }));

/** Every provider's: slow answers, lost answers, connections cut, servers in trouble, too many requests. */
const common: readonly Row[] = [
  ['slow for half', 0.5, { kind: 'latency', latencyMs: 700 }],
  ['429 with Retry-After', 0.3, { kind: 'throttle', retryAfterS: 2 }],
  ['connections cut', 0.3, { kind: 'reset' }],
  ['answers lost', 0.3, { kind: 'reset', reason: 'accepted' }],
  ['connections closed', 0.3, { kind: 'goaway' }],
];
const pushed: readonly Row[] = [
  ['500 for all', 1, { kind: 'server_error' }],
  ['503 for half', 0.5, { kind: 'soft_bounce' }],
  ['gone', 'recipients', { kind: 'gone' }, 'address'],
];
const called: readonly Row[] = [
  ['500, so it may have gone', 0.3, { kind: 'server_error' }],
  ['503 for all', 1, { kind: 'server_error', status: 503 }],
  ['account refused', 1, { kind: 'reject', reason: '20003' }],
  ['silent for half a minute', 'recipients', { kind: 'latency', latencyMs: 32_000 }],
  ['receipt lost', 'recipients', { kind: 'lost_receipt' }],
  ['receipt late', 'recipients', { kind: 'late_receipt', latencyMs: 1_500 }],
];

/**
 * What is said of dead addresses is said to a few recipients. To everybody it is said after a change of ours, which begins with a
 * worker's start (docs/decisions/0007); its tests are those of blame.
 */
export const stormFaults: readonly StormFault[] = [
  ...of('apns', [
    ...common,
    ...pushed,
    ['key refused', 1, { kind: 'reject', reason: 'InvalidProviderToken' }],
    ['token unknown', 'recipients', { kind: 'hard_bounce' }, 'address'],
    ['too large', 'recipients', { kind: 'reject', reason: 'PayloadTooLarge' }, 'message'],
    ['GOAWAY, the rest not processed', 0.2, { kind: 'goaway', unprocessed: true, afterMs: 30 }],
    ['GOAWAY at once', 0.2, { kind: 'goaway', errorCode: 2 }],
    ['silent', 'recipients', { kind: 'latency', latencyMs: 11_000 }],
  ]),
  ...of('fcm', [
    ...common,
    ...pushed,
    ['account refused', 1, { kind: 'reject', reason: 'UNAUTHENTICATED' }],
    [
      'token endpoint down',
      1,
      { kind: 'server_error', stage: 'token', status: 503 },
      'none',
      { kind: 'reject', reason: 'UNAUTHENTICATED' },
    ],
    ['token unknown', 'recipients', { kind: 'hard_bounce' }, 'address'],
    ['too big', 'recipients', { kind: 'reject', reason: 'TOO_BIG' }, 'message'],
    ['silent', 'recipients', { kind: 'latency', latencyMs: 11_000 }],
  ]),
  ...of('web_push', [
    ...common,
    ...pushed,
    ['VAPID token refused', 1, { kind: 'reject', status: 403 }],
    ['silent for all', 1, { kind: 'latency', latencyMs: 5_500 }],
    ['not there', 'recipients', { kind: 'hard_bounce' }, 'address'],
    ['too large', 'recipients', { kind: 'reject', status: 413 }, 'message'],
  ]),
  ...of('smtp', [
    ...common,
    ['421 for all', 1, { kind: 'server_error' }],
    ['mailboxes full', 0.5, { kind: 'soft_bounce' }],
    ['login refused', 1, { kind: 'reject', stage: 'auth' }, 'none', { kind: 'goaway' }],
    ['sender refused', 1, { kind: 'reject', stage: 'mail' }],
    ['relay on a block list', 1, { kind: 'reject', reason: '5.7.1 Blocked, see a block list' }, 'message'],
    ['no such mailbox', 'recipients', { kind: 'hard_bounce' }, 'address'],
    ['content refused', 'recipients', { kind: 'reject', reason: '5.6.0 Refused' }, 'message'],
    ['silent', 'recipients', { kind: 'latency', latencyMs: 21_000 }],
  ]),
  ...of('twilio', [
    ...common,
    ...called,
    ['STOP', 'recipients', { kind: 'gone' }, 'address'],
    ['number not in use', 'recipients', { kind: 'hard_bounce' }, 'address'],
    ['handset off', 'recipients', { kind: 'soft_bounce' }, 'message'],
    ['no route', 'recipients', { kind: 'reject' }, 'message'],
    ['receipts doubled', 'recipients', { kind: 'late_receipt', latencyMs: 300, reason: 'duplicate' }],
    ['receipts in disorder', 'recipients', { kind: 'late_receipt', latencyMs: 300, reason: 'out_of_order' }],
  ]),
  ...of('twilio_voice', [
    ...common,
    ...called,
    ['nobody picks up', 'recipients', { kind: 'soft_bounce' }, 'message'],
    ['the call fails', 'recipients', { kind: 'hard_bounce' }, 'message'],
    ['number blocked', 'recipients', { kind: 'reject', reason: '21216' }, 'message'],
    ['number does not exist', 'recipients', { kind: 'reject', reason: '13224' }, 'address'],
  ]),
  ...of('webhook', [
    ...common,
    ['500 for all', 1, { kind: 'server_error' }],
    ['503 with Retry-After', 0.5, { kind: 'soft_bounce', retryAfterS: 2 }],
    ['silent for all', 1, { kind: 'latency', latencyMs: 5_500 }],
    ['gone', 'recipients', { kind: 'gone' }, 'address'],
    ['ended', 'recipients', { kind: 'hard_bounce' }, 'address'],
    ['refused', 'recipients', { kind: 'reject' }, 'message'],
    ['redirected', 'recipients', { kind: 'reject', status: 302 }, 'message'],
  ]),
];
