import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatLine, type Say } from './output.ts';

const root = join(import.meta.dirname, '..', '..');
const minRunMs = 10_000;
const maxPauseMs = 30_000;

export type ChildOptions = {
  /** Shown before each line of its output. */
  readonly name: string;
  /** Path of the TypeScript entry from the repository's root. */
  readonly entry: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long it may take to end in order before it is killed. */
  readonly graceMs: number;
  readonly say: Say;
};

export type Child = {
  /** Whether its first process said that it listens (`process.send('listening')`), or ended before. */
  readonly listens: Promise<boolean>;
  /** Ends it in order and starts it again at once, unless it has been stopped. */
  restart(): Promise<void>;
  /** Ends it in order and for good. Idempotent. */
  stop(): Promise<void>;
};

/**
 * Keeps a process running: whenever it ends by itself, with whatever status, it is started again, at once when it had
 * run for a while, else after a pause that doubles up to half a minute.
 */
export function superviseChild(options: ChildOptions): Child {
  let current: ChildProcess;
  let pauseMs = 0;
  let timer: NodeJS.Timeout | undefined;
  /** Whether the end of the current process is our own doing. */
  let ending = false;
  let stopped = false;
  const { promise: listens, resolve: noteListens } = Promise.withResolvers<boolean>();

  const start = () => {
    const startedAt = Date.now();
    ending = false;
    current = launch(options);
    current.on('message', (message) => message === 'listening' && noteListens(true));
    current.once('exit', () => noteListens(false));
    current.once('exit', (code, signal) => {
      if (ending) return;
      pauseMs = Date.now() - startedAt > minRunMs ? 0 : Math.min(pauseMs * 2 || 500, maxPauseMs);
      const when = pauseMs ? ` in ${pauseMs / 1_000} s` : '';
      options.say(`${options.name} ended (${signal ?? `status ${code}`}); starting it again${when}.`);
      timer = setTimeout(start, pauseMs);
    });
  };
  const end = async () => {
    ending = true;
    clearTimeout(timer);
    await endInOrder(current, options.graceMs);
  };

  start();
  return {
    listens,
    async restart() {
      if (stopped || ending) return;
      await end();
      pauseMs = 0;
      if (!stopped) start();
    },
    async stop() {
      stopped = true;
      await end();
    },
  };
}

/** Runs an entry once, to its end. Rejects when it fails. */
export async function runChild(options: ChildOptions): Promise<void> {
  const child = launch(options);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...how) => resolve(how));
  });
  if (code !== 0) throw new Error(`${options.name} failed (${signal ?? `status ${code}`})`);
}

function launch(options: ChildOptions): ChildProcess {
  const preload = join(root, 'src/bin/end-with-parent.ts');
  const child = spawn(process.execPath, ['--import', preload, join(root, options.entry), ...(options.args ?? [])], {
    cwd: root,
    env: options.environment,
    // A group of its own: Ctrl-C in the terminal reaches us only, and we end everything in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.on('error', (error) => options.say(`${options.name}: ${error.message}`));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface(stream).on('line', (line) => process.stdout.write(formatLine(options.name, line)));
  }
  return child;
}

async function endInOrder(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
