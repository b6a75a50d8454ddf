import type { ProviderName } from '../providers/types.ts';
import { type EmailConfig, readEmail } from './email.ts';
import { ConfigError } from './error.ts';
import { type PushConfig, readPush } from './push.ts';
import { createReader, type Reader } from './reader.ts';
import { type Environment, type SettingName, settings } from './settings.ts';
import { readTwilio, type TwilioConfig } from './twilio.ts';

/** What each provider is used with; null for one without credentials. */
export type ProviderConfig = PushConfig &
  EmailConfig & {
    readonly twilio: TwilioConfig | null;
    readonly webhook: { readonly allowPrivateNetworks: boolean };
  };

/** What a row of `notify.senders` says. */
export type SenderSettings = {
  readonly provider: ProviderName;
  readonly environment: 'production' | 'development';
  readonly options: Readonly<Record<string, string>>;
  readonly secretSetting: string | null;
};

/** The setting whose place a sender's own secret takes. */
const secretOf: Readonly<Record<ProviderName, SettingName | null>> = {
  apns: 'APNS_KEY',
  fcm: 'FCM_SERVICE_ACCOUNT',
  web_push: 'VAPID_PRIVATE_KEY',
  smtp: 'SMTP_URL',
  twilio: 'TWILIO_AUTH_TOKEN',
  twilio_voice: 'TWILIO_AUTH_TOKEN',
  webhook: null,
};

/** The setting whose place each option takes; `notify_private.sender_options()` lists the same. */
const settingOf: Readonly<Record<ProviderName, Readonly<Record<string, SettingName>>>> = {
  apns: { topic: 'APNS_TOPIC', team_id: 'APNS_TEAM_ID', key_id: 'APNS_KEY_ID' },
  fcm: {},
  web_push: { public_key: 'VAPID_PUBLIC_KEY', subject: 'VAPID_SUBJECT' },
  smtp: { from: 'MAIL_FROM', return_path: 'MAIL_RETURN_PATH' },
  twilio: { account_sid: 'TWILIO_ACCOUNT_SID', from: 'TWILIO_FROM' },
  twilio_voice: { account_sid: 'TWILIO_ACCOUNT_SID', from: 'TWILIO_VOICE_FROM' },
  webhook: {},
};

/** The settings of providers, and what begins with the name of one: senders are read from these and from nothing else. */
export function providerSettingsOf(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) =>
      /^(APNS|FCM|VAPID|WEB_PUSH|SMTP|MAIL|DKIM|TWILIO|WEBHOOK)_/.test(name),
    ),
  );
}

export function readProviders(reader: Reader): ProviderConfig {
  return {
    ...readPush(reader),
    ...readEmail(reader),
    twilio: readTwilio(reader),
    webhook: { allowPrivateNetworks: reader.oneOf('WEBHOOK_ALLOW_PRIVATE_NETWORKS', ['false', 'true']) === 'true' },
  };
}

/** A sender's own secret, or its provider's where it has none; null where this process has not got it. */
export function readSenderSecret(
  given: Environment,
  provider: ProviderName,
  secretSetting: string | null,
): string | null {
  const own = secretOf[provider];
  if (own === null) return null;
  // As the table demands; a process asks for itself.
  const name = secretSetting === null ? own : secretSetting.startsWith(`${own}_`) ? secretSetting : null;
  return (name !== null && given[name]?.trim()) || null;
}

/**
 * What providers are used with for a sender: its options and its secret take the place of settings. Null where this process
 * does not have its secret: another may.
 *
 * @param given what `providerSettingsOf` left
 * @throws {ConfigError} where an option or the secret is not one of its kind
 */
export function readSender(given: Environment, sender: SenderSettings): ProviderConfig | null {
  const { provider, environment, options, secretSetting } = sender;
  const secret = readSenderSecret(given, provider, secretSetting);
  if (secretSetting !== null && secret === null) return null;
  const named = Object.entries(options).map(([name, value]) => [settingOf[provider][name], value] as const);
  const reader = createReader({
    ...given,
    ...(environment === 'development' && {
      APNS_HOST: given.APNS_DEVELOPMENT_HOST || settings.APNS_DEVELOPMENT_HOST.default,
    }),
    ...Object.fromEntries(named),
    ...(secret !== null && { [secretOf[provider] as SettingName]: secret }),
  });
  const config = readProviders(reader);
  if (named.some(([setting]) => setting === undefined)) reader.problems.push('there is an option that is not known');
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}
