import { type Environment, type SettingName, settings } from '../config.ts';

/** The settings of each provider: one that is not the default, and the sandbox leaves the provider alone. */
const providerPrefixes = [
  ['APNS_'],
  ['FCM_'],
  ['VAPID_', 'WEB_PUSH_'],
  ['SMTP_', 'MAIL_', 'DKIM_', 'EMAIL_'],
  ['TWILIO_'],
  ['WEBHOOK_'],
];

/** The sandbox's settings without those of providers that the user has configured. */
export function sandboxSettingsFor(environment: Environment, offered: Readonly<Record<string, string>>) {
  const isOwn = (name: string) => environment[name] && environment[name] !== settings[name as SettingName]?.default;
  const own = (prefixes: readonly string[]) =>
    Object.keys(environment).some((name) => prefixes.some((prefix) => name.startsWith(prefix)) && isOwn(name));
  const taken = providerPrefixes.filter(own).flat();
  return Object.fromEntries(
    Object.entries(offered).filter(([name]) => !taken.some((prefix) => name.startsWith(prefix))),
  );
}
