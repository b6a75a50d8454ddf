import { type ApnsOptions, createApns } from './apns/index.ts';
import { createFcm, type FcmOptions } from './fcm/index.ts';
import { createSmtp, type SmtpOptions } from './smtp/index.ts';
import { createTwilio, createTwilioVoice, type TwilioOptions } from './twilio/index.ts';
import type { Provider, ProviderName } from './types.ts';
import { createWebPush, type WebPushOptions } from './web-push/index.ts';
import { createWebhook, type WebhookOptions } from './webhook/index.ts';

/** Credentials per provider; null where there are none. */
export type ProviderOptions = {
  readonly apns: ApnsOptions | null;
  readonly fcm: FcmOptions | null;
  readonly webPush: WebPushOptions | null;
  readonly smtp: SmtpOptions | null;
  /** `voiceFrom`: the number that calls; null: calls are skipped. */
  readonly twilio: (TwilioOptions & { readonly voiceFrom: string | null }) | null;
  readonly webhook: WebhookOptions;
};

/** Every provider that has credentials. The others are missing from the map: their deliveries are skipped, with that reason. */
export function createProviders(options: ProviderOptions): ReadonlyMap<ProviderName, Provider> {
  const { apns, fcm, webPush, smtp, twilio, webhook } = options;
  const providers = [
    apns && createApns(apns),
    fcm && createFcm(fcm),
    webPush && createWebPush(webPush),
    smtp && createSmtp(smtp),
    twilio && createTwilio(twilio),
    twilio?.voiceFrom ? createTwilioVoice({ ...twilio, from: twilio.voiceFrom }) : null,
    createWebhook(webhook),
  ];
  return new Map(providers.filter((provider) => provider !== null).map((provider) => [provider.name, provider]));
}
