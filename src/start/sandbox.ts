import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment, type SettingName, settings } from '../config/index.ts';
import { ifAbsent } from '../if-absent.ts';
import { type Child, superviseChild } from './child.ts';
import { onFreePort } from './on-free-port.ts';
import type { Say } from './output.ts';

/** Starts the sandbox and waits until it says how to reach it. */
export async function startSandbox(
  folder: string,
  environment: NodeJS.ProcessEnv,
  port: number,
  graceMs: number,
  say: Say,
): Promise<{ child: Child; url: string; settings: Readonly<Record<string, string>> }> {
  const dataDir = join(folder, 'sandbox');
  const settingsFile = join(dataDir, 'settings.json');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { child, port: chosen } = await onFreePort({
    name: 'sandbox',
    preferred: port,
    host: '127.0.0.1',
    start: (free) =>
      superviseChild({
        name: 'sandbox',
        entry: 'src/bin/sandbox.ts',
        environment: {
          ...environment,
          SANDBOX_PORT: String(free),
          SANDBOX_DATA_DIR: dataDir,
          SANDBOX_SETTINGS_FILE: settingsFile,
        },
        graceMs,
        say,
      }),
  });
  const own = sandboxSettingsFor(environment, JSON.parse(await readFile(settingsFile, 'utf8')));
  return { child, url: `http://127.0.0.1:${chosen}/`, settings: own };
}

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

/**
 * For a container whose sandbox is another one: waits for that to write `file`, and gives what it offers to every provider
 * that has no settings.
 *
 * @throws {Error} when the file is not there within a minute
 */
export async function takeSandboxSettings(environment: NodeJS.ProcessEnv, file: string): Promise<void> {
  let text: string | null = null;
  for (let waited = 0; text === null && waited < 60_000; waited += 250) {
    text = await readFile(file, 'utf8').catch(ifAbsent(null));
    if (text === null) await sleep(250);
  }
  if (text === null) throw new Error(`${file} is not there: does the sandbox run?`);
  Object.assign(environment, sandboxSettingsFor(environment, JSON.parse(text)));
}
