import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { jwtSecret } from './api.ts';
import { quietPort } from './port.ts';
import { linkKeys } from './worker-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An API that is killed and comes back at the same address. */
export type ApiProcess = {
  readonly url: string;
  /** Of the process that runs now, or of the last one. */
  pid(): number;
  running(): boolean;
  /** What its processes have said, a line an entry. */
  log(): string[];
  /** Starts it; resolves once it answers requests, rejects where it ends before. */
  start(): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM (unless told), and waits; the exit code, null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** The real API, `src/bin/server.ts`, as a process of its own, not started yet. Nothing but the given settings reaches it. */
export async function createApiProcess(options: {
  readonly databaseUrl: string;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<ApiProcess> {
  const port = await quietPort();
  let child: ChildProcess | null = null;
  let exited: Promise<number | null> = Promise.resolve(null);
  let text = '';

  const run = async () => {
    const own = spawn(process.execPath, ['src/bin/server.ts'], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        ROWBELL_ENV: 'production',
        API_DATABASE_URL: options.databaseUrl,
        JWT_SECRET: jwtSecret,
        PORT: String(port),
        PUBLIC_URL: 'https://rowbell.example',
        LINK_KEYS: linkKeys,
        SHUTDOWN_TIMEOUT_MS: '1000',
        ...options.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = own;
    const gone = once(own, 'exit').then(([code]: (number | null)[]) => {
      if (child === own) child = null;
      return code ?? null;
    });
    exited = gone;
    const ready = new Promise<boolean>((resolve) => {
      for (const stream of [own.stdout, own.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          const said = chunk.toString('utf8');
          text += said;
          if (said.includes('"api.ready"')) resolve(true);
        });
      }
    });
    return Promise.race([ready, gone.then(() => false)]);
  };

  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => child?.pid ?? 0,
    running: () => child !== null,
    log: () => text.split('\n').filter(Boolean),
    async start() {
      if (!(await run())) throw new Error(`the API ended at once:\n${text}`);
    },
    async kill() {
      child?.kill('SIGKILL');
      await exited;
    },
    async stop(signal = 'SIGTERM') {
      child?.kill(signal);
      return exited;
    },
  };
}
