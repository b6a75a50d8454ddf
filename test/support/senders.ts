import type { ProviderName } from '../../src/providers/types.ts';

/** The senders of the default app in production, as the migrations make them: `notify.senders.id` by provider. */
export const senders = {
  apns: 1,
  fcm: 2,
  web_push: 3,
  smtp: 4,
  twilio: 5,
  twilio_voice: 6,
  webhook: 7,
} as const satisfies Record<ProviderName, number>;
