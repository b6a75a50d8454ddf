import { z } from 'zod';
import { type FcmAnswer, fcmAnswers, invalidArgument } from './fcm-errors.ts';

const maxPayloadBytes = 4096;
const texts = z.record(z.string(), z.string());
const seconds = z.string().regex(/^\d{1,7}(\.\d{1,9})?s$/, 'Illegal duration format; duration must end with "s"');

/** The parts of a message that are checked field by field; unknown fields are refused, as protobuf's JSON form does. */
const messageShape = z.strictObject({
  name: z.string().optional(),
  token: z.string(),
  data: texts.optional(),
  notification: z
    .strictObject({ title: z.string().optional(), body: z.string().optional(), image: z.string().optional() })
    .optional(),
  android: z
    .strictObject({
      collapse_key: z.string().optional(),
      priority: z.enum(['normal', 'high', 'NORMAL', 'HIGH']).optional(),
      ttl: seconds.optional(),
      restricted_package_name: z.string().optional(),
      data: texts.optional(),
      notification: z
        .looseObject({
          title: z.string().optional(),
          body: z.string().optional(),
          tag: z.string().optional(),
          sound: z.string().optional(),
          image: z.string().optional(),
          channel_id: z.string().optional(),
        })
        .optional(),
      fcm_options: z.strictObject({ analytics_label: z.string() }).optional(),
      direct_boot_ok: z.boolean().optional(),
    })
    .optional(),
  webpush: z.looseObject({}).optional(),
  apns: z.looseObject({}).optional(),
  fcm_options: z.strictObject({ analytics_label: z.string() }).optional(),
});
const requestShape = z.strictObject({ validate_only: z.boolean().optional(), message: messageShape });

export type FcmMessage = z.output<typeof messageShape>;

/** Keys the service keeps for itself ("Customizing a message across platforms"). */
const reservedKey = /^(from|message_type|google.*|gcm.*)$/i;
/** Registration tokens are long and URL-safe; a colon parts the instance from the rest. */
const registrationToken = /^[\w:-]{20,4096}$/;

/** Judges a request's body: the message as far as it can be read, and the refusal when there is one. */
export function checkMessage(body: string): { message: FcmMessage | null; refusal: FcmAnswer | null } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { message: null, refusal: invalidArgument('Invalid JSON payload received.', []) };
  }
  const parsed = requestShape.safeParse(json);
  if (!parsed.success) {
    const violations = parsed.error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      description: message,
    }));
    const token = (json as { message?: { token?: unknown } } | null)?.message?.token;
    const message = typeof token === 'string' ? { token } : null;
    return { message, refusal: invalidArgument('Invalid value in the request.', violations) };
  }
  const { message } = parsed.data;
  return { message, refusal: judge(message) };
}

function judge(message: FcmMessage): FcmAnswer | null {
  if (!registrationToken.test(message.token)) return fcmAnswers.INVALID_REGISTRATION;
  const reserved = Object.keys(message.data ?? {}).find((key) => reservedKey.test(key));
  if (reserved !== undefined) {
    return invalidArgument('Invalid data payload key.', [
      { field: 'message.data', description: `Reserved: ${reserved}` },
    ]);
  }
  const { data, notification, android } = message;
  const payload = JSON.stringify({ ...data, ...notification, ...android?.data, ...android?.notification });
  return Buffer.byteLength(payload) > maxPayloadBytes ? fcmAnswers.TOO_BIG : null;
}
