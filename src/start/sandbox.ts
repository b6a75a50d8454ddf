import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.ts';
import { type Child, superviseChild } from './child.ts';
import type { Say } from './output.ts';
import { sandboxSettingsFor } from './sandbox-settings.ts';

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
  await rm(settingsFile, { force: true });
  const free = await freePort(port);
  const child = superviseChild({
    name: 'sandbox',
    entry: 'src/sandbox-server.ts',
    environment: {
      ...environment,
      SANDBOX_PORT: String(free),
      SANDBOX_DATA_DIR: dataDir,
      SANDBOX_SETTINGS_FILE: settingsFile,
    },
    graceMs,
    say,
  });
  for (let waited = 0; waited < 30_000; waited += 50) {
    const text = await readFile(settingsFile, 'utf8').catch(() => null);
    if (text?.trimEnd().endsWith('}')) {
      return { child, url: `http://127.0.0.1:${free}/`, settings: sandboxSettingsFor(environment, JSON.parse(text)) };
    }
    await sleep(50);
  }
  await child.stop();
  throw new Error('The sandbox did not become ready within 30 seconds; see its lines above.');
}
