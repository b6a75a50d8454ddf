import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxSettingsFor } from './sandbox-settings.ts';

/**
 * Loaded before a container's own entry (`--import`): where SANDBOX_SETTINGS_FILE is set, waits for the sandbox to write
 * it and takes from it the settings of every provider that has none. Does nothing without.
 */
const file = process.env.SANDBOX_SETTINGS_FILE;
if (file) {
  let text: string | null = null;
  for (let waited = 0; text === null && waited < 60_000; waited += 250) {
    text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) await sleep(250);
  }
  if (text === null) throw new Error(`${file} is not there: does the sandbox run?`);
  Object.assign(process.env, sandboxSettingsFor(process.env, JSON.parse(text)));
}
