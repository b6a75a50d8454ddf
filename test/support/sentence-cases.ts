/** The channels, as notify.notification_types.channels has them. */
export const channels = ['push', 'email', 'sms', 'voice', 'in_app', 'webhook'] as const;

/** A candidate of the past, as planning leaves its decision (and hold, or digest item). */
export type Case = {
  readonly channel?: string;
  readonly outcome: 'send' | 'hold' | 'digest' | 'suppress';
  readonly rule?: string;
  readonly reason?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** decisions.rule_inputs; undefined: none were kept. */
  readonly looked?: Readonly<Record<string, unknown>>;
  readonly until?: string;
  /** What became of the hold. */
  readonly released?: Case['outcome'];
  readonly digest?: {
    readonly frequency: 'daily' | 'weekly' | 'held';
    readonly position?: number;
    readonly leftOut?: string;
  };
};

const [evening, morning, expiry] = [
  '2026-11-21T20:05:00+00:00',
  '2026-11-22T07:00:00+00:00',
  '2026-11-21T21:05:00+00:00',
];
const usual = {
  priority: 'P1',
  expires_at: '2026-12-21T20:05:00+00:00',
  enabled: true,
  source: 'default',
  known: 1,
  cap: 3,
  count: 1,
  day: '2026-11-21',
  zone: 'Europe/Paris',
};
const sent = (looked: Case['looked'], channel?: string): Case => ({
  outcome: 'send',
  looked: { ...usual, ...looked },
  ...(channel && { channel }),
});
const out = (rule: string, reason: string, looked: Case['looked'] = {}, more: Partial<Case> = {}): Case => ({
  outcome: 'suppress',
  rule,
  reason,
  looked: { ...usual, ...looked },
  ...more,
});
const held = (
  rule: string,
  reason: string,
  until: string,
  looked: Case['looked'] = {},
  more: Partial<Case> = {},
): Case => ({
  outcome: 'hold',
  rule,
  reason,
  until,
  looked: { ...usual, ...looked },
  ...more,
});
const gathered = (rule: string, reason: string, looked: Case['looked'] = {}, more: Partial<Case> = {}): Case => ({
  ...held(rule, reason, morning, looked, more),
  outcome: 'digest',
});

const full = { count: 3 };
const rolling = (window: string) => ({ rolling_cap: 5, rolling_count: 5, rolling_window: window });

/** All that a rule may say: each reason, whatever becomes of it, and each case in which it lets something pass. */
export const cases: readonly Case[] = [
  ...channels.map((channel) => sent({}, channel)),
  { outcome: 'send', looked: {} },
  { outcome: 'send' },
  sent({ priority: 'P0' }),
  sent({ consent: 'given', region: 'FR', source: 'own' }),
  sent({ source: 'category', known: 3, usable: 2 }),
  sent({ source: 'locked' }, 'email'),
  sent({ fallback: 'either', step: 1, key: 'order:1', rolling_cap: 5, rolling_count: 2, rolling_window: '24:00:00' }),
  sent({
    fallback: 'either',
    step: 2,
    released: 'fallback',
    rolling_cap: 5,
    rolling_count: 0,
    rolling_window: '7 days',
  }),
  sent({ released: 'attention', rolling_cap: 5, rolling_count: 0, rolling_window: '00:45:00' }),
  out('type', 'type_disabled'),
  out('expiry', 'expired', { expires_at: evening }),
  out('still_relevant', 'not_relevant', { relevant: false }),
  out('consent', 'no_consent', { consent: 'missing', region: 'FR' }),
  out('consent', 'consent_withdrawn', { consent: 'withdrawn' }),
  ...['own', 'category'].map((source) => out('preference', 'turned_off', { enabled: false, source })),
  out('preference', 'off_by_default', { enabled: false }, { channel: 'email' }),
  ...['own', 'category', 'default'].map((source) => out('preference', 'never', { frequency: 'never', source })),
  ...channels
    .filter((channel) => channel !== 'in_app')
    .map((channel) => out('address', 'no_address', { known: 0 }, { channel })),
  out('address', 'unverified', { known: 0, unverified: true }, { channel: 'email' }),
  ...['hard_bounce', 'complaint', 'opted_out', 'invalid_address', 'operator'].map((reason) =>
    out('suppression_list', reason, { usable: 0, suppression: reason }, { channel: 'email', inputs: { addresses: 1 } }),
  ),
  out(
    'suppression_list',
    'opted_out',
    { usable: 0, suppression: 'opted_out' },
    { channel: 'sms', inputs: { addresses: 1 } },
  ),
  held('fallback', 'earlier_step', usual.expires_at, { fallback: 'either', step: 2 }),
  held('fallback', 'earlier_step', evening, { fallback: 'either', step: 2 }, { released: 'send' }),
  out('fallback', 'not_needed', { fallback: 'either', step: 2 }, { inputs: { fallback: 'either', step: 2 } }),
  held('attention', 'looking', evening, { attention_until: evening }, { released: 'suppress' }),
  ...['deleted', 'seen'].map((inbox) => out('inbox', inbox, { released: 'quiet_hours', inbox })),
  out('attention', 'seen', { released: 'attention', seen: true }),
  ...channels.map((channel) =>
    out('dedupe', 'already_sent', { key: 'order:1' }, { channel, inputs: { key: 'order:1', until: morning } }),
  ),
  ...['person_cap', 'number_cap', 'country_cap', 'total_cap'].flatMap((reason) =>
    ['sms', 'voice'].map((channel) => out('spending_cap', reason, { spending: reason }, { channel })),
  ),
  held('quiet_hours', 'quiet_hours', morning, { spending: 'total_cap', quiet_until: morning }, { channel: 'sms' }),
  out('daily_cap', 'cap_reached', full),
  held('daily_cap', 'cap_reached', morning, { ...full, excess: 'defer' }, { released: 'hold' }),
  held('daily_cap', 'cap_reached', expiry, { ...full, excess: 'defer', expires_at: expiry }),
  gathered('daily_cap', 'cap_reached', { ...full, excess: 'digest' }, { digest: { frequency: 'daily', position: 1 } }),
  ...['24:00:00', '01:00:00', '00:01:00', '00:45:00', '7 days', '1 day'].map((window) =>
    out('rolling_cap', 'cap_reached', rolling(window)),
  ),
  held('rolling_cap', 'cap_reached', morning, { ...rolling('12:00:00'), excess: 'defer' }),
  gathered('rolling_cap', 'cap_reached', { ...rolling('24:00:00'), excess: 'digest' }),
  held('quiet_hours', 'quiet_hours', morning, { quiet_until: morning }),
  held('quiet_hours', 'quiet_hours', expiry, { quiet_until: morning, expires_at: expiry }),
  held('quiet_hours', 'paused', morning, { quiet_until: morning }, { released: 'digest' }),
  held('quiet_hours', 'paused', expiry, { quiet_until: morning, expires_at: expiry }),
  gathered('digest', 'daily', { frequency: 'daily', source: 'own' }, { digest: { frequency: 'daily', position: 2 } }),
  gathered(
    'digest',
    'weekly',
    { frequency: 'weekly', source: 'category' },
    { digest: { frequency: 'weekly', position: 3 } },
  ),
  gathered(
    'digest',
    'held',
    { frequency: 'held', released: 'quiet_hours' },
    { digest: { frequency: 'held', position: 4 } },
  ),
  out('expiry', 'expired', { expires_at: evening }, { digest: { frequency: 'daily', leftOut: 'expiry' } }),
  out('event', 'canceled', {}, { digest: { frequency: 'weekly', leftOut: 'event' } }),
  out('copy', 'missing_value', {}, { inputs: { value: 'Name' } }),
  out('copy', 'no_copy', {}, { inputs: { variant: 'leader' } }),
  out('copy', 'invalid_value', {}, { inputs: { code: '22008' } }),
];

/** What predict() may say: every step but those that only the past has. */
const verdicts = { send: 'passed', hold: 'held', digest: 'gathered', suppress: 'suppressed' } as const;
export const toCome = cases
  .filter(
    ({ rule, reason }) =>
      !['inbox', 'event', 'copy'].includes(rule ?? '') && !['not_needed', 'seen'].includes(reason ?? ''),
  )
  .map((it, nth) => ({
    nth,
    rule: it.rule ?? 'none',
    verdict: verdicts[it.outcome],
    reason: it.reason ?? null,
    until: it.until ?? null,
    looked: { ...it.looked, ...it.inputs },
    channel: it.channel ?? 'push',
  }));
