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
 * A fingerprint of each provider's settings. Where it changes, what was known of the provider (that it takes our
 * messages, which addresses it refuses) was known of another account, host or topic.
 */
export function fingerprintsOf(options: ProviderOptions, names: Iterable<ProviderName>): Map<ProviderName, string> {
  return new Map(
    [...names].map((name) => [
      name,
      createHash('sha256')
        .update(JSON.stringify(settingsOf[name](options)))
        .digest('base64url'),
    ]),
  );
}
