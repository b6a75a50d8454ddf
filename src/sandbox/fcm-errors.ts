import type { Fault } from './faults.ts';

export type FcmAnswer = {
  readonly status: number;
  readonly body: unknown;
  /** FCM's own code, or the canonical status where it gives none. */
  readonly reason?: string | undefined;
  readonly retryAfterS?: number | undefined;
};

const fcmError = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const badRequest = 'type.googleapis.com/google.rpc.BadRequest';

/** Google's error envelope (google.rpc.Status as JSON) without any detail. */
export function errorBody(code: number, status: string, message: string, details: readonly unknown[] = []): FcmAnswer {
  const error = { code, message, status, ...(details.length > 0 && { details }) };
  return { status: code, reason: status, body: { error } };
}

/** An error with the FcmError detail, the only place where the code that matters stands. */
function fcmErrorBody(code: number, status: string, errorCode: string, message: string, more: readonly unknown[] = []) {
  const details = [{ '@type': fcmError, errorCode }, ...more];
  return { ...errorBody(code, status, message, details), reason: errorCode };
}

/** A message that is malformed, with the fields that are. */
export function invalidArgument(message: string, fieldViolations: readonly { field: string; description: string }[]) {
  return fcmErrorBody(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', message, [{ '@type': badRequest, fieldViolations }]);
}

/**
 * Every answer but success, shaped as the service shapes it (firebase.google.com, "FCM error codes"); a fault of kind
 * `reject` may name any of them. The last four carry no FcmError, as they come from Google's front end.
 */
export const fcmAnswers = {
  UNREGISTERED: fcmErrorBody(404, 'NOT_FOUND', 'UNREGISTERED', 'Requested entity was not found.'),
  INVALID_REGISTRATION: fcmErrorBody(
    400,
    'INVALID_ARGUMENT',
    'INVALID_ARGUMENT',
    'The registration token is not a valid FCM registration token',
  ),
  INVALID_ARGUMENT: invalidArgument('Request contains an invalid argument.', [
    { field: 'message.android.ttl', description: 'Illegal duration format' },
  ]),
  TOO_BIG: fcmErrorBody(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'Android message is too big'),
  SENDER_ID_MISMATCH: fcmErrorBody(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', 'SenderId mismatch'),
  QUOTA_EXCEEDED: fcmErrorBody(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', 'Resource has been exhausted.'),
  UNAVAILABLE: fcmErrorBody(503, 'UNAVAILABLE', 'UNAVAILABLE', 'The service is currently unavailable.'),
  INTERNAL: fcmErrorBody(500, 'INTERNAL', 'INTERNAL', 'Internal error encountered.'),
  THIRD_PARTY_AUTH_ERROR: fcmErrorBody(
    401,
    'UNAUTHENTICATED',
    'THIRD_PARTY_AUTH_ERROR',
    'Auth error from APNS or Web Push Service',
  ),
  UNSPECIFIED_ERROR: fcmErrorBody(500, 'UNKNOWN', 'UNSPECIFIED_ERROR', 'Unknown error.'),
  UNAUTHENTICATED: errorBody(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
  PERMISSION_DENIED: errorBody(403, 'PERMISSION_DENIED', "Permission 'cloudmessaging.messages.create' denied."),
  NOT_FOUND: errorBody(404, 'NOT_FOUND', 'Requested entity was not found.'),
  RESOURCE_EXHAUSTED: errorBody(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric.'),
} as const satisfies Record<string, FcmAnswer>;

const byName: Readonly<Record<string, FcmAnswer>> = fcmAnswers;

/** The answer a fault forces; null: the request is judged as usual. */
export function answerOf({ kind, reason, status, retryAfterS }: Fault): FcmAnswer | null {
  const make = (fallback: FcmAnswer): FcmAnswer => {
    const named = reason === undefined ? fallback : byName[reason];
    const answer = named ?? errorBody(status ?? fallback.status, reason ?? 'UNKNOWN', 'Refused by a fault.');
    return { ...answer, status: status ?? answer.status, retryAfterS };
  };
  switch (kind) {
    case 'throttle':
      return make(fcmAnswers.QUOTA_EXCEEDED);
    case 'gone':
    case 'hard_bounce':
      return make(fcmAnswers.UNREGISTERED);
    case 'reject':
      return make(fcmAnswers.INVALID_REGISTRATION);
    case 'server_error':
      return make(status === 503 ? fcmAnswers.UNAVAILABLE : fcmAnswers.INTERNAL);
    case 'soft_bounce':
      return make(fcmAnswers.UNAVAILABLE);
    default:
      return null;
  }
}
