import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema } from 'postgraphile/graphql';
import { generateSdl } from '../../scripts/sdl.ts';
import { roles } from '../../src/graphql/identity.ts';
import fc from '../support/fast-check.ts';
import type { Arguments } from '../support/side.ts';
import { startMigratedCluster } from '../support/template.ts';
import { type Case, make, resolve } from './case.ts';
import { graphqlTargets } from './graphql.ts';
import { httpTargets } from './http.ts';
import { brokenInvariants, rowsOf } from './invariants.ts';
import { mailTargets } from './mail.ts';
import { type Forbidden, faultsOf } from './properties.ts';
import { sqlTargets } from './sql.ts';
import type { Target } from './target.ts';
import { type FuzzWorld, type Player, startFuzzWorld } from './world.ts';

/** Never answered as they are meant, and why that is as it should be. */
const neverOk: Readonly<Record<string, string>> = {
  'rowbell_writer insert trips.expense_shares': 'of an expense, of which a player has none',
  'rowbell_writer insert trips.trip_message_mentions': 'of a message, of which a player has none',
};

const kinds = ['graphql', 'http', 'mail', 'sql'] as const;
type Kind = (typeof kinds)[number];

type Options = { readonly minutes: number; readonly seed: number; readonly only: Kind | null };

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
      only: { type: 'string' },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  const only = kinds.find((kind) => kind === values.only) ?? null;
  if (!(minutes > 0) || !Number.isSafeInteger(seed) || (values.only !== undefined && only === null))
    throw new Error(`npm run fuzz -- [--minutes N] [--seed S] [--only ${kinds.join('|')}]`);
  return { minutes, seed, only };
}

const say = (text: string) => process.stdout.write(`${text}\n`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
};

/** A fault, the smallest call that shows it, and what the API logged meanwhile. */
type Fault = {
  readonly target: string;
  readonly what: string;
  readonly call: Case | null;
  readonly logged: readonly string[];
};

/** How many random calls a target gets in a round: routes and mails are few and take much of any kind. */
const runs = { graphql: 8, http: 30, mail: 120, sql: 6 } as const;

async function main(): Promise<void> {
  const options = readOptions();
  say(
    `Fuzzing for ${options.minutes} minutes; the same again: npm run fuzz -- --minutes ${options.minutes} --seed ${options.seed}${options.only ? ` --only ${options.only}` : ''}`,
  );
  const faults: Fault[] = [];
  const died = (error: unknown) =>
    faults.push({
      target: 'the API',
      what: `would have died: ${error instanceof Error ? error.stack : error}`,
      call: null,
      logged: [],
    });
  process.on('uncaughtException', died).on('unhandledRejection', died);

  const { postgres, address } = await startMigratedCluster();
  process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(143)));
  process.once('SIGINT', () => void postgres.stop().then(() => process.exit(130)));
  try {
    const world = await startFuzzWorld({ cluster: address, withWorkers: true });
    try {
      await fuzz(world, options, faults);
    } finally {
      await world.close();
    }
  } finally {
    await postgres.stop();
  }
  for (const fault of faults) show(fault);
  say(faults.length === 0 ? 'Nothing was found.' : `${faults.length} faults were found.`);
  process.exit(faults.length === 0 ? 0 : 1);
}

async function fuzz(world: FuzzWorld, { minutes, seed, only }: Options, faults: Fault[]): Promise<void> {
  const first = await world.newPlayer();
  const targets = await targetsOf(world, first.side.ids, only);
  const forbidden = await forbiddenIn(world);
  const before = await rowsOf(world.db, forbidden.marks);
  const seen = new Set<string>();
  const ok = new Set<string>();
  /** What a call that is meant was answered instead. */
  const refused = new Map<string, string>();
  let calls = 0;
  const graphql = { calls: 0, executed: 0 };

  /** Makes a call; what is wrong with the answer and is not known yet. */
  const attempt = async (target: Target, call: Case, me: Player): Promise<string[]> => {
    calls++;
    const resolved = resolve(call, world, me);
    let found: string[];
    try {
      const answer = await make(resolved, world, me);
      if (call.kind === 'graphql') {
        graphql.calls++;
        if (answer.status === 200) graphql.executed++;
      }
      if (isOk(resolved, answer)) ok.add(target.name);
      else if (target.plain.includes(call))
        refused.set(target.name, answer.text.split('\n\n').at(-1)?.slice(0, 200) ?? '');
      found = faultsOf(resolved, answer, forbidden);
    } catch (error) {
      found = [`no answer: ${(error as Error).message}`];
    }
    return found.filter((what) => !seen.has(signature(target, what)));
  };
  const note = (target: Target, call: Case | null, some: readonly string[]) => {
    const logged = world.takeLogged();
    for (const what of some.filter((each) => !seen.has(signature(target, each)))) {
      seen.add(signature(target, what));
      faults.push({ target: target.name, what, call, logged: logged.slice(-2) });
      say(`  ${target.name}: ${what.slice(0, 200)}`);
    }
  };

  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  let me = first;
  for (const [index, { target }] of targets.entries())
    for (const call of target.plain) {
      if (ok.has(target.name)) break;
      if (target.changes || index % 20 === 0) me = await world.newPlayer();
      const some = await attempt(target, call, me);
      if (some.length > 0) note(target, call, some);
      if (ok.has(target.name)) continue;
      // Whoever was played before may have lost what this is about.
      me = await world.newPlayer();
      await attempt(target, call, me);
    }
  say(
    `Each of ${targets.length} was called as it is meant, in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s; ${ok.size} answered.`,
  );

  const heap: number[] = [];
  for (let round = 0; performance.now() < endsAt; round++)
    for (const [index, { target, kind }] of targets.entries()) {
      const left = endsAt - performance.now();
      if (left <= 0) break;
      if (target.changes || index % 20 === 0) me = await world.newPlayer();
      const player = me;
      world.takeLogged();
      const result = await fc.check(
        fc.asyncProperty(target.cases, async (call) => {
          const [what] = await attempt(target, call, player);
          if (what !== undefined) throw new Error(what);
        }),
        {
          seed: seed + round * 7_919 + index,
          numRuns: runs[kind],
          interruptAfterTimeLimit: Math.min(left, 15_000),
          markInterruptAsFailure: false,
        },
      );
      const [call] = result.counterexample ?? [];
      if (result.failed && call) note(target, call, [(result.errorInstance as Error).message]);
      const due = ((performance.now() - startedAt) / (minutes * 60_000)) * 12;
      if (due > heap.length) heap.push(heapMb());
    }

  await look(world, { faults, targets: targets.map(({ target }) => target), ok, refused, before, forbidden, heap });
  for (const kind of kinds) {
    const some = targets.filter((each) => each.kind === kind);
    if (some.length > 0)
      say(`${kind}: ${some.filter(({ target }) => ok.has(target.name)).length} of ${some.length} answered ok.`);
  }
  if (graphql.calls > 0) say(`${graphql.executed} of ${graphql.calls} requests of GraphQL were executed.`);
  say(`${calls} calls; heap in MB: ${heap.map((mb) => mb.toFixed(0)).join(' ')}`);
}

/** What is to be seen only when all is over. */
async function look(
  world: FuzzWorld,
  found: {
    readonly faults: Fault[];
    readonly targets: readonly Target[];
    readonly ok: ReadonlySet<string>;
    readonly refused: ReadonlyMap<string, string>;
    readonly before: ReadonlySet<string>;
    readonly forbidden: Forbidden;
    readonly heap: readonly number[];
  },
): Promise<void> {
  const { faults, targets, ok, refused, before, forbidden, heap } = found;
  const add = (target: string, what: string) => faults.push({ target, what, call: null, logged: [] });
  for (const { name } of targets)
    if (!ok.has(name) && !(name in neverOk)) add(name, `never answered as it is meant, but: ${refused.get(name)}`);
  for (const broken of await brokenInvariants(world.db)) add('the database', broken);
  const after = await rowsOf(world.db, forbidden.marks);
  for (const row of before)
    if (!after.has(row)) add('another person', `a row of theirs was changed: ${row.slice(0, 300)}`);
  for (const worker of world.workers) {
    if (!worker.running()) add('a worker', `died: ${worker.log().slice(-5).join('\n')}`);
    const errors = worker.log().filter((line) => line.includes('"level":"error"'));
    for (const line of new Set(errors.map((each) => each.replace(/"time":"[^"]+"/, '').replaceAll(uuids, 'ID'))))
      add('a worker', line.slice(0, 600));
  }
  const { rows: stuck } = await world.db.owner.query<{ task: string; error: string }>(
    `select distinct t.identifier as task, left(j.last_error, 300) as error from graphile_worker._private_jobs as j join graphile_worker._private_tasks as t on t.id = j.task_id where j.last_error is not null`,
  );
  for (const { task, error } of stuck) add(`the job ${task}`, error);
  // Until the first half is over, documents are still gathered.
  const half = heap.slice(Math.floor(heap.length / 2));
  const [lowest = 0, last = 0] = [Math.min(...half.slice(0, 2)), half.at(-1)];
  const isSteady = half.every((mb, index) => index === 0 || mb > (half[index - 1] ?? 0));
  if (half.length > 3 && isSteady && last > lowest * 1.25 + 16)
    add('the API', `the heap grows: ${heap.map((mb) => mb.toFixed(0)).join(' ')} MB`);
}

async function targetsOf(
  world: FuzzWorld,
  ids: Arguments,
  only: Kind | null,
): Promise<{ target: Target; kind: Kind }[]> {
  const graphql: Target[] = [];
  for (const role of roles)
    graphql.push(...graphqlTargets(role, buildSchema(await generateSdl(world.db.apiUrl, role)), ids));
  const client = await world.db.owner.connect();
  try {
    const all = {
      graphql,
      http: httpTargets(world.api.routes),
      mail: mailTargets(),
      sql: await sqlTargets(client, new Set(Object.keys(ids))),
    };
    return kinds
      .filter((kind) => only === null || kind === only)
      .flatMap((kind) => all[kind].map((target) => ({ target, kind })));
  } finally {
    client.release();
  }
}

async function forbiddenIn(world: FuzzWorld): Promise<Forbidden> {
  const { rows } = await world.db.owner.query<{ name: string }>(
    `select conname::text as name from pg_constraint as c join pg_namespace as n on n.oid = c.connamespace where nspname !~ '^pg_' and nspname <> 'information_schema'
     union select relname::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where relkind in ('i', 'I') and nspname !~ '^pg_'`,
  );
  const own = Object.values(world.victim.ids).flatMap((value) => value.replace(/^\{|\}$/g, '').split(','));
  const { coach_id: coach, topic_key: topic, step_key: step, type_key: type } = world.victim.ids;
  const common = new Set([coach, topic, step, type]);
  return {
    names: rows.map(({ name }) => name).filter((name) => name.length > 12),
    marks: new Set([...own, ...world.victim.person.values, world.victim.friend].filter((mark) => !common.has(mark))),
  };
}

function isOk(call: Case, { status, text, sqlState }: { status: number; text: string; sqlState?: string }): boolean {
  if (call.kind === 'sql') return status === 200 || sqlState === '23505';
  return status < 400 && !(call.kind === 'graphql' && text.includes('"errors":'));
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const signature = (target: Target, what: string) =>
  `${target.name} ${what.replaceAll(uuids, 'ID').replace(/\d+/g, '0').slice(0, 80)}`;

/** A fault as somebody mends it: what, by which call, and the test that it becomes. */
function show({ target, what, call, logged }: Fault): void {
  say(`\n✗ ${target}: ${what}`);
  for (const line of logged) say(`    logged: ${line}`);
  if (!call) return;
  const name = target
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  say(`    test/fuzz/regressions/${name}.json:\n${JSON.stringify(call).slice(0, 4_000)}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(2);
});
