import { type ChildProcess, spawn } from 'node:child_process';
import type { Account } from './account.ts';

/**
 * A shell that runs its arguments as a command and ends it when standard input closes, which happens when we close
 * it and, above all, when we die of whatever cause. SIGINT is PostgreSQL's fast shutdown. With a folder as first
 * argument the folder is removed afterwards. The command stands in a session of its own, so that Ctrl-C in the
 * terminal reaches us and not PostgreSQL, which others still need to shut down in order.
 */
const script = `
exec 3<&0
remove=$1; shift
"$@" </dev/null 3<&- &
child=$!
{ while read -r _ <&3; do :; done; kill -INT $child 2>/dev/null; } &
watcher=$!
exec 3<&-
wait $child
status=$?
kill $watcher 2>/dev/null
[ -n "$remove" ] && rm -rf "$remove"
exit $status
`;

export type Guarded = {
  readonly process: ChildProcess;
  /** Resolves to the exit status when the command has ended. */
  readonly exited: Promise<number | null>;
  /** Ends the command in order and waits for it. Idempotent. */
  stop(): Promise<void>;
};

/** Runs a command that cannot outlive this process. Its standard output and error are pipes of `process`. */
export function runGuarded(
  command: readonly string[],
  options: { readonly account: Account | null; readonly cwd: string; readonly removeAfter?: string },
): Guarded {
  const child = spawn('/bin/sh', ['-c', script, 'rowbell-guard', options.removeAfter ?? '', ...command], {
    cwd: options.cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(options.account ?? {}),
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
  child.stdin?.on('error', () => {});
  return {
    process: child,
    exited,
    async stop() {
      child.stdin?.end();
      await exited;
    },
  };
}

/** Collects the last lines a process writes, for when it fails. */
export function collectOutput(run: Guarded): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-4_000);
  };
  run.process.stdout?.on('data', keep);
  run.process.stderr?.on('data', keep);
  return () => text.trim();
}
