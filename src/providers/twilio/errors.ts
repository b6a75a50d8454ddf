import { chunkErrors } from '../each.ts';
import type { ErrorRow } from '../error-table.ts';
import { transportErrors } from '../http.ts';

/**
 * Twilio's error codes, from the API and (300xx) from status callbacks; twilio.com/docs/api/errors. An SMS goes out at
 * most once, and so does a call: an answer that does not prove that it was refused is ambiguous.
 */
export const errors = [
  {
    code: '20003',
    permanence: 'misconfigured',
    reason: 'credentials_rejected',
    note: 'Account sid or auth token wrong',
  },
  { code: '20404', permanence: 'misconfigured', reason: 'credentials_rejected', note: 'No such account' },
  { code: '20429', permanence: 'throttled', reason: 'rate_limited', note: 'Refused before it was processed' },
  { code: '20503', permanence: 'transient', reason: 'server_error', note: 'Refused before it was processed' },
  { code: '21211', permanence: 'address', reason: 'invalid_address', note: 'Not a valid number' },
  {
    code: '13223',
    permanence: 'address',
    reason: 'invalid_address',
    note: 'A call to what is not a valid number',
  },
  { code: '13224', permanence: 'address', reason: 'invalid_address', note: 'A call to a number that does not exist' },
  {
    code: '13227',
    permanence: 'message',
    reason: 'region_disabled',
    note: "Calls to the number's country are not switched on",
  },
  {
    code: '21210',
    permanence: 'misconfigured',
    reason: 'sender_rejected',
    note: 'A call from a number that is not verified',
  },
  {
    code: '21212',
    permanence: 'misconfigured',
    reason: 'sender_rejected',
    note: 'A call from what is not a valid number',
  },
  {
    code: '21215',
    permanence: 'message',
    reason: 'region_disabled',
    note: "The account may not call the number's country",
  },
  { code: '21216', permanence: 'message', reason: 'refused', note: 'A call to a number that Twilio blocks' },
  { code: '21408', permanence: 'message', reason: 'region_disabled', note: "The number's country is not switched on" },
  { code: '21602', permanence: 'message', reason: 'invalid_message', note: 'No text' },
  { code: '21604', permanence: 'message', reason: 'invalid_message', note: 'No number' },
  {
    code: '21606',
    permanence: 'misconfigured',
    reason: 'sender_rejected',
    note: 'From is not a number of the account',
  },
  { code: '21610', permanence: 'address', reason: 'opted_out', note: 'The recipient sent STOP' },
  { code: '21612', permanence: 'message', reason: 'unroutable', note: 'No route from this sender to this number' },
  { code: '21614', permanence: 'address', reason: 'invalid_address', note: 'Not a mobile number' },
  { code: '21617', permanence: 'message', reason: 'too_large', note: 'More than 1600 characters' },
  { code: '30001', permanence: 'transient', reason: 'server_error', note: 'Queue overflow' },
  { code: '30002', permanence: 'misconfigured', reason: 'credentials_rejected', note: 'Account suspended' },
  { code: '30003', permanence: 'transient', reason: 'unreachable', note: 'Handset switched off or out of reach' },
  { code: '30004', permanence: 'address', reason: 'opted_out', note: 'Blocked by the recipient or the carrier' },
  { code: '30005', permanence: 'address', reason: 'unregistered', note: 'The number is not in use' },
  { code: '30006', permanence: 'address', reason: 'invalid_address', note: 'Landline, or a carrier without SMS' },
  { code: '30007', permanence: 'message', reason: 'refused', suspect: true, note: 'Filtered as spam by the carrier' },
  { code: '30008', permanence: 'transient', reason: 'server_error', note: 'Unknown error of the carrier' },
  { code: '30010', permanence: 'message', reason: 'refused', note: 'Dearer than the highest price allowed' },
  { code: '30032', permanence: 'misconfigured', reason: 'sender_rejected', note: 'Toll-free number not verified' },
  {
    code: '30034',
    permanence: 'misconfigured',
    reason: 'sender_rejected',
    note: 'Sender not registered for A2P 10DLC',
  },
  { code: '401', permanence: 'misconfigured', reason: 'credentials_rejected', note: 'Without a code of its own' },
  { code: '429', permanence: 'throttled', reason: 'rate_limited', note: 'Without a code of its own; Retry-After' },
  { code: '503', permanence: 'transient', reason: 'server_error', note: 'Without a code of its own; Retry-After' },
  { code: '4xx', permanence: 'message', reason: 'refused', note: 'Any other refusal' },
  { code: '5xx', permanence: 'ambiguous', reason: 'server_error', note: 'Failed while it was being processed' },
  { code: 'busy', permanence: 'message', reason: 'busy', note: 'The line called was busy' },
  { code: 'no-answer', permanence: 'message', reason: 'no_answer', note: 'Nobody picked up the call' },
  { code: 'failed', permanence: 'message', reason: 'refused', note: 'The call or message could not be made' },
  { code: 'canceled', permanence: 'message', reason: 'canceled', note: 'Canceled at Twilio before it was answered' },
  {
    code: 'undelivered',
    permanence: 'message',
    reason: 'refused',
    note: 'A status callback of a failure without a code that stands here',
  },
  ...transportErrors,
  ...chunkErrors,
] as const satisfies readonly ErrorRow[];
