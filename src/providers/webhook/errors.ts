import type { ErrorRow } from '../error-table.ts';
import { transportErrors } from '../http.ts';
import { slotErrors } from '../slots.ts';

/** Answers of webhook receivers (Standard Webhooks §"Deliverability") and failures on our side of the wire. */
export const errors = [
  {
    code: '408',
    permanence: 'transient',
    reason: 'server_error',
    note: 'The receiver got tired of waiting for the request',
  },
  { code: '410', permanence: 'address', reason: 'unregistered', note: 'Gone: the receiver wants no more calls' },
  { code: '413', permanence: 'message', reason: 'too_large', note: 'The receiver takes no body of this size' },
  { code: '425', permanence: 'transient', reason: 'server_error', note: 'Too early' },
  { code: '429', permanence: 'throttled', reason: 'rate_limited', note: 'With Retry-After in seconds or as a date' },
  {
    code: '503',
    permanence: 'throttled',
    reason: 'server_error',
    note: 'Overloaded; with Retry-After in seconds or as a date',
  },
  {
    code: '3xx',
    permanence: 'message',
    reason: 'redirected',
    note: 'Redirects are never followed: the address has to be changed',
  },
  { code: '4xx', permanence: 'message', reason: 'refused', note: 'Refused, e.g. a wrong signing secret' },
  { code: '5xx', permanence: 'transient', reason: 'server_error', note: 'Obeys Retry-After where there is one' },
  {
    code: 'xxx',
    permanence: 'transient',
    reason: 'server_error',
    note: 'An answer outside of HTTP semantics',
  },
  {
    code: 'bad_secret',
    permanence: 'message',
    reason: 'invalid_secret',
    note: 'The endpoint has no signing secret, or one that is not whsec_ and base64; not sent',
  },
  {
    code: 'bad_endpoint',
    permanence: 'address',
    reason: 'invalid_address',
    note: 'Not an https URL (http only where private networks are allowed), or one that carries a password',
  },
  ...transportErrors,
  ...slotErrors,
] as const satisfies readonly ErrorRow[];
