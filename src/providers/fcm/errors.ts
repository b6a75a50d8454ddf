import type { ErrorRow } from '../error-table.ts';
import { transportErrors } from '../http.ts';
import { chunkErrors } from '../send-concurrently.ts';

/**
 * What each answer of FCM means here. Words in capitals are the `errorCode` of the FcmError detail (firebase.google.com,
 * "FCM error codes"); a status without that detail comes from Google's front end and never speaks of an address;
 * ours, in snake case, stand for what happens on this side of the wire.
 */
export const errors = [
  {
    code: 'UNREGISTERED',
    permanence: 'address',
    reason: 'unregistered',
    note: '404 with FcmError: the app was removed or its token replaced',
  },
  {
    code: 'INVALID_ARGUMENT (registration token)',
    permanence: 'address',
    reason: 'invalid_address',
    suspect: true,
    note: '400 with FcmError whose text or field names the registration token',
  },
  {
    code: 'SENDER_ID_MISMATCH',
    permanence: 'address',
    reason: 'wrong_app',
    suspect: true,
    note: '403 with FcmError: the token belongs to another Firebase project, or we use the wrong account',
  },
  {
    code: 'INVALID_ARGUMENT (too big)',
    permanence: 'message',
    reason: 'too_large',
    note: '400 with FcmError whose text says so: more than 4 096 bytes',
  },
  {
    code: 'INVALID_ARGUMENT',
    permanence: 'message',
    reason: 'invalid_message',
    note: '400, any other: a field is malformed',
  },
  {
    code: 'THIRD_PARTY_AUTH_ERROR',
    permanence: 'message',
    reason: 'third_party_auth',
    suspect: true,
    note: '401 with FcmError: an iOS or web token for which the Firebase project has no key; Android is not concerned',
  },
  {
    code: 'QUOTA_EXCEEDED',
    permanence: 'throttled',
    reason: 'rate_limited',
    note: '429: Retry-After, or a minute, which FCM asks for as the least',
  },
  { code: '429 without FcmError', permanence: 'throttled', reason: 'rate_limited', note: 'Waits likewise' },
  { code: 'UNAVAILABLE', permanence: 'transient', reason: 'server_error', note: '503; Retry-After is obeyed' },
  { code: 'INTERNAL', permanence: 'transient', reason: 'server_error', note: '500' },
  { code: 'UNSPECIFIED_ERROR', permanence: 'transient', reason: 'server_error', note: 'No more is known' },
  { code: 'other 5xx', permanence: 'transient', reason: 'server_error', note: 'Also without FcmError' },
  {
    code: '401 without FcmError',
    permanence: 'misconfigured',
    suspect: true,
    reason: 'credentials_rejected',
    note: 'The access token is not accepted; the next call fetches a new one',
  },
  {
    code: '403 without FcmError',
    permanence: 'misconfigured',
    suspect: true,
    reason: 'credentials_rejected',
    note: 'The account may not send for this project',
  },
  {
    code: '404 without FcmError',
    permanence: 'misconfigured',
    suspect: true,
    reason: 'project_not_found',
    note: 'The project is wrong; never the address, though only several people prove it',
  },
  {
    code: 'other 4xx',
    permanence: 'message',
    reason: 'refused',
    note: 'Also without FcmError',
  },
  {
    code: 'oauth_refused',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: 'The token endpoint refused the service account (invalid_grant …)',
  },
  {
    code: 'oauth_unavailable',
    permanence: 'transient',
    reason: 'unavailable',
    note: 'The token endpoint did not answer or answered 429 or 5xx: nothing was sent',
  },
  {
    code: 'invalid_message',
    permanence: 'message',
    reason: 'invalid_message',
    note: 'The SDK refused the message before sending it',
  },
  {
    code: 'tls',
    permanence: 'misconfigured',
    reason: 'tls_failed',
    note: "The server's certificate is not trusted (FCM_CA, FCM_HOST)",
  },
  ...transportErrors,
  ...chunkErrors,
] as const satisfies readonly ErrorRow[];
