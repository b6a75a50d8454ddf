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

/** A provider; null where it has no credentials. */
export function createProvider(name: ProviderName, options: ProviderOptions): Provider | null {
  const { apns, fcm, webPush, smtp, twilio, webhook } = options;
  switch (name) {
    case 'apns':
      return apns && createApns(apns);
    case 'fcm':
      return fcm && createFcm(fcm);
    case 'web_push':
      return webPush && createWebPush(webPush);
    case 'smtp':
      return smtp && createSmtp(smtp);
    case 'twilio':
      return twilio && createTwilio(twilio);
    case 'twilio_voice':
      return twilio?.voiceFrom ? createTwilioVoice({ ...twilio, from: twilio.voiceFrom }) : null;
    case 'webhook':
      return createWebhook(webhook);
  }
}
