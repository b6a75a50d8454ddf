import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createBystander, createNotifications, measure, shown, startAttack } from './bystander.ts';
import { startStack } from './stack.ts';
import { percentile } from './statistics.ts';

// Ten thousand hostile documents, each unlike all others, of every class of token. Does the API stay under the memory that
// docker-compose.yml gives it, and is another person answered in less than ten times the time that they are while it is quiet?
const { values } = parseArgs({
  allowPositionals: true,
  options: { requests: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '15' } },
});
const say = (sentence: string) => console.error(`bench: ${sentence}`);
/** What docker-compose.yml gives the API, and what of that its heap may take. */
const limitMiB = 768;
const apiHeapMiB = limitMiB * 0.75;

say('starting PostgreSQL, two sandboxes, two workers and the API …');
const stack = await startStack({ apiHeapMiB });
const { pool, api } = stack;

/** The most that the API has taken so far, since it began. Linux only. */
async function peakMiB(): Promise<number> {
  const status = await readFile(`/proc/${api.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

try {
  await createBystander(stack);
  const attackers = Array.from(
    { length: 44 },
    (_, n) => `00000000-0000-7000-8000-0000000f${String(n).padStart(4, '0')}`,
  );
  await pool.query('insert into notify.users (id) select unnest($1::uuid[])', [attackers]);
  for (const attacker of attackers) await createNotifications(pool, attacker, 50);
  await pool.query('vacuum analyze');
  const classes: [string, number, (string | null)[]][] = [
    ['nobody', 0.2, [null]],
    ['expired or invented tokens', 0.2, [await api.tokenOf(attackers[0] as string, 'user', -1), 'invented']],
    ['40 people', 0.4, await Promise.all(attackers.slice(4).map((id) => api.tokenOf(id)))],
    ['4 operators', 0.2, await Promise.all(attackers.slice(0, 4).map((id) => api.tokenOf(id, 'operator')))],
  ];
  // Each class once before, so that neither figure has the first compilation of the planner's code in it.
  say('warming up …');
  await measure(stack, AbortSignal.timeout(5_000));
  for (const [, , tokens] of classes)
    await startAttack({ url: `${api.url}/graphql`, kind: 'hostile documents', tokens, connections: 4, requests: 40 })
      .ended;
  say('quiet …');
  const quiet = await measure(stack, AbortSignal.timeout(Number(values.seconds) * 1_000));
  const before = await peakMiB();
  say(`${values.requests} documents …`);
  const over = new AbortController();
  const startedAt = performance.now();
  const attacks = Promise.all(
    classes.map(async ([name, share, tokens], at) => {
      const requests = Math.round(Number(values.requests) * share);
      const attack = {
        url: `${api.url}/graphql`,
        kind: 'hostile documents',
        tokens,
        connections: 40,
        requests,
      } as const;
      const statuses = await startAttack({ ...attack, firstNumber: (at + 1) * 1_000_000 }).ended;
      return `${name}: ${requests}, answered ${JSON.stringify(statuses)}`;
    }),
  ).finally(() => over.abort());
  const loud = await measure(stack, over.signal);
  const answers = await attacks;
  const seconds = (performance.now() - startedAt) / 1_000;
  const peak = await peakMiB();
  if (api.child.exitCode !== null) throw new Error('The API has ended.');
  const worst = Math.max(
    ...[0.5, 0.99].flatMap((share) => [
      percentile(loud.counts, share) / percentile(quiet.counts, share),
      percentile(loud.pushes, share) / percentile(quiet.pushes, share),
    ]),
  );
  console.log(
    [
      ...answers,
      '',
      '| | quiet, p50 / p99 in ms | under the documents |',
      '|---|---|---|',
      `| unreadCount | ${shown(quiet.counts)} | ${shown(loud.counts)} (n=${loud.counts.length}) |`,
      `| P0 push | ${shown(quiet.pushes)} | ${shown(loud.pushes)} (n=${loud.pushes.length}) |`,
      `| memory of the API at its peak, MiB of ${limitMiB} | ${Math.round(before)} | ${Math.round(peak)} |`,
      '',
      `${seconds.toFixed(0)} seconds; the worst ratio is ${worst.toFixed(1)} (the aim: under 10).`,
    ].join('\n'),
  );
} finally {
  await stack.stop();
}
