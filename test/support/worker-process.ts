import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lane } from '../../src/database/engine.ts';

/** What the API of a test signs and reads links with, too. */
export const linkKeys = `t1:${'t'.repeat(43)}`;

const root = fileURLToPath(new URL('../..', import.meta.url));

export type WorkerProcess = {
  readonly pid: number;
  /** What it logged so far, a line an entry. */
  log(): string[];
  running(): boolean;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM (unless told), and waits; the exit code, null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/**
 * The real worker, `src/bin/worker.ts`, as a process of its own; resolves when it has entered itself into the table of
 * workers. Nothing but the given settings reaches it.
 */
export async function startWorker(options: {
  readonly databaseUrl: string;
  readonly lane?: Lane;
  readonly settings?: Readonly<Record<string, string>>;
  /** The event of its log that is waited for; `worker.started` unless told. */
  readonly until?: string;
}): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, ['src/bin/worker.ts', '--lane', options.lane ?? 'bulk'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      WORKER_DATABASE_URL: options.databaseUrl,
      WORKER_CONCURRENCY: '4',
      // Nobody listens there: the status callbacks of pretended SMS go nowhere.
      PUBLIC_URL: 'http://127.0.0.1:9',
      LINK_KEYS: linkKeys,
      ...options.settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  }
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const worker: WorkerProcess = {
    pid: child.pid ?? 0,
    log: () => text.split('\n').filter(Boolean),
    running: () => !over,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
  // Heard and not asked for now and then, so that a test can act in the worker's first moment.
  const said = new Promise<void>((resolve) => {
    child.stdout?.on('data', () => {
      if (text.includes(`"${options.until ?? 'worker.started'}"`)) resolve();
    });
  });
  await Promise.race([
    said,
    exited.then(() => {
      throw new Error(`the worker ended at once:\n${text}`);
    }),
  ]);
  return worker;
}
