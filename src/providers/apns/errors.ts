import { chunkErrors } from '../each.ts';
import type { ErrorRow } from '../error-table.ts';
import { transportErrors } from '../http.ts';

/**
 * What each answer of APNs means here. Words of Apple's in its own spelling ("Handling notification responses from
 * APNs"), ours in snake case for what happens on this side of the wire.
 */
export const errors = [
  {
    code: 'Unregistered',
    permanence: 'address',
    reason: 'unregistered',
    note: '410: the app was removed from the device, as of the timestamp APNs gives',
  },
  {
    code: 'stale_unregistered',
    permanence: 'transient',
    reason: 'unregistered_stale',
    note: '410 Unregistered as of an instant before the token was last registered: APNs has yet to catch up, the token stays',
  },
  { code: 'ExpiredToken', permanence: 'address', reason: 'unregistered', note: '410: the device token has expired' },
  {
    code: 'BadDeviceToken',
    permanence: 'address',
    reason: 'invalid_address',
    suspect: true,
    note: '400: not a token, or one of the other environment (development, production)',
  },
  {
    code: 'DeviceTokenNotForTopic',
    permanence: 'address',
    reason: 'wrong_app',
    suspect: true,
    note: '400: the token belongs to another app, or our topic is wrong',
  },
  {
    code: 'malformed_token',
    permanence: 'address',
    reason: 'invalid_address',
    note: 'Not hexadecimal or of impossible length: never sent',
  },
  { code: 'MissingDeviceToken', permanence: 'address', reason: 'invalid_address', note: '400: no token in the path' },
  { code: 'PayloadTooLarge', permanence: 'message', reason: 'too_large', note: '413: more than 4 096 bytes' },
  { code: 'PayloadEmpty', permanence: 'message', reason: 'invalid_message', note: '400: no payload or no aps in it' },
  { code: 'BadCollapseId', permanence: 'message', reason: 'invalid_message', note: '400: longer than 64 bytes' },
  { code: 'BadExpirationDate', permanence: 'message', reason: 'invalid_message', note: '400: not an epoch second' },
  {
    code: 'BadMessageId',
    permanence: 'message',
    reason: 'invalid_message',
    note: '400: the delivery id is not a UUID',
  },
  { code: 'BadPriority', permanence: 'message', reason: 'invalid_message', note: '400: not 1, 5 or 10' },
  { code: 'InvalidPushType', permanence: 'message', reason: 'invalid_message', note: '400: unknown apns-push-type' },
  { code: 'DuplicateHeaders', permanence: 'message', reason: 'invalid_message', note: '400: a header came twice' },
  { code: 'BadPath', permanence: 'message', reason: 'invalid_message', note: '404: wrong path' },
  { code: 'MethodNotAllowed', permanence: 'message', reason: 'invalid_message', note: '405: not a POST' },
  { code: 'refused', permanence: 'message', reason: 'refused', note: 'Any other 4xx: a reason not known here' },
  { code: 'TooManyRequests', permanence: 'throttled', reason: 'rate_limited', note: '429: too many to one device' },
  { code: 'InternalServerError', permanence: 'transient', reason: 'server_error', note: '500' },
  { code: 'ServiceUnavailable', permanence: 'transient', reason: 'server_error', note: '503' },
  { code: 'Shutdown', permanence: 'transient', reason: 'server_error', note: '503: this server is going down' },
  {
    code: 'server_error',
    permanence: 'transient',
    reason: 'server_error',
    note: 'Any other 5xx, or a refusal that may be retried whose details the SDK lost with the connection',
  },
  {
    code: 'IdleTimeout',
    permanence: 'transient',
    reason: 'server_error',
    note: '400: the connection was idle too long',
  },
  { code: 'BadCertificate', permanence: 'misconfigured', reason: 'credentials_rejected', note: '403' },
  {
    code: 'BadCertificateEnvironment',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: '403: certificate of the other environment',
  },
  {
    code: 'BadEnvironmentKeyIdInToken',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: '403: the key is not for this environment',
  },
  {
    code: 'ExpiredProviderToken',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: '403: our token is over an hour old, though renewed in time: the clock is wrong',
  },
  { code: 'Forbidden', permanence: 'misconfigured', reason: 'credentials_rejected', note: '403, and any unknown 403' },
  {
    code: 'InvalidProviderToken',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: '403: key, key id or team id do not belong together',
  },
  { code: 'MissingProviderToken', permanence: 'misconfigured', reason: 'credentials_rejected', note: '403' },
  {
    code: 'UnrelatedKeyIdInToken',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: '403: the key is not of this team or topic',
  },
  {
    code: 'TooManyProviderTokenUpdates',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: '429: provider tokens renewed more than once in 20 minutes; resting helps',
  },
  { code: 'BadTopic', permanence: 'misconfigured', reason: 'topic_rejected', note: '400: APNS_TOPIC is malformed' },
  { code: 'MissingTopic', permanence: 'misconfigured', reason: 'topic_rejected', note: '400: APNS_TOPIC is empty' },
  {
    code: 'TopicDisallowed',
    permanence: 'misconfigured',
    reason: 'topic_rejected',
    note: '400: the key may not send to APNS_TOPIC',
  },
  {
    code: 'tls',
    permanence: 'misconfigured',
    reason: 'tls_failed',
    note: "The server's certificate is not trusted (APNS_CA, APNS_HOST)",
  },
  {
    code: 'REFUSED_STREAM',
    permanence: 'transient',
    reason: 'unavailable',
    note: 'The server says it did not process the request (RFC 9113 §8.7)',
  },
  ...transportErrors,
  ...chunkErrors,
] as const satisfies readonly ErrorRow[];
