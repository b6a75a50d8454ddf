import { createHash } from 'node:crypto';
import type { ProviderOptions } from '../providers/index.ts';
import type { ProviderName } from '../providers/types.ts';

const settingsOf = {
  apns: ({ apns }) => apns,
  fcm: ({ fcm }) => fcm,
  web_push: ({ webPush }) => webPush,
  smtp: ({ smtp }) => smtp,
  twilio: ({ twilio }) => twilio,
  twilio_voice: ({ twilio }) => twilio,
  webhook: ({ webhook }) => webhook,
} satisfies Record<ProviderName, (options: ProviderOptions) => unknown>;

/**
 * A fingerprint of the settings that a provider is used with. Where it changes, what was known of its sender (that the
 * provider takes our messages, which addresses it refuses) was known of another account, host or topic.
 */
export function fingerprintOf(name: ProviderName, options: ProviderOptions): string {
  return createHash('sha256')
    .update(JSON.stringify(settingsOf[name](options)))
    .digest('base64url');
}
