import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, superviseChild } from './child.ts';
import { onFreePort } from './on-free-port.ts';
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
  const { child, port: chosen } = await onFreePort({
    name: 'sandbox',
    preferred: port,
    host: '127.0.0.1',
    start: (free) =>
      superviseChild({
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
      }),
  });
  const settings = sandboxSettingsFor(environment, JSON.parse(await readFile(settingsFile, 'utf8')));
  return { child, url: `http://127.0.0.1:${chosen}/`, settings };
}
