import type { ErrorRow } from '../error-table.ts';
import { transportErrors } from '../http.ts';
import { slotErrors } from '../slots.ts';

/** Answers of push services (RFC 8030 §5, RFC 8292 §4.2) and failures on our side of the wire. */
export const errors = [
  {
    code: '400',
    permanence: 'message',
    reason: 'invalid_message',
    note: 'The push service does not accept the request',
  },
  {
    code: '400 (token)',
    permanence: 'origin',
    reason: 'credentials_rejected',
    note: 'The push service says that it does not like our VAPID token',
  },
  {
    code: '401',
    permanence: 'origin',
    reason: 'credentials_rejected',
    note: 'VAPID token missing or not valid (RFC 8292 §4.2)',
  },
  {
    code: '403',
    permanence: 'origin',
    reason: 'credentials_rejected',
    note: 'This push service does not take our VAPID token, e.g. for its subject (BadJwtToken)',
  },
  {
    code: 'key mismatch',
    permanence: 'address',
    reason: 'wrong_app',
    suspect: true,
    note: '400, 401 or 403 that says so: the subscription belongs to another VAPID key, or ours is the wrong one',
  },
  { code: '404', permanence: 'address', reason: 'unregistered', note: 'No such subscription (RFC 8030 §7.3)' },
  { code: '408', permanence: 'transient', reason: 'server_error', note: 'The push service got tired of waiting' },
  { code: '410', permanence: 'address', reason: 'unregistered', note: 'The subscription has ended' },
  { code: '413', permanence: 'message', reason: 'too_large', note: 'More than 4096 bytes on the wire' },
  { code: '429', permanence: 'throttled', reason: 'rate_limited', note: 'With Retry-After in seconds or as a date' },
  { code: '4xx', permanence: 'message', reason: 'refused', note: 'Any other refusal' },
  { code: '5xx', permanence: 'transient', reason: 'server_error', note: 'Obeys Retry-After where there is one' },
  {
    code: 'xxx',
    permanence: 'transient',
    reason: 'server_error',
    note: 'Neither accepted nor refused, e.g. a redirect (never followed)',
  },
  {
    code: 'too_large',
    permanence: 'message',
    reason: 'too_large',
    note: 'More than 3993 bytes before encryption; not sent, never truncated',
  },
  {
    code: 'bad_keys',
    permanence: 'address',
    reason: 'invalid_address',
    note: "The subscription's p256dh or auth cannot be used for encryption",
  },
  { code: 'bad_endpoint', permanence: 'address', reason: 'invalid_address', note: 'The endpoint is not an https URL' },
  ...transportErrors,
  ...slotErrors,
] as const satisfies readonly ErrorRow[];
