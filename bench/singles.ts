import { parseArgs } from 'node:util';
import { processorTable, report, table } from './report.ts';
import { inserters, type SingleEventFigures, type SingleEvents, singleEvents } from './single-events.ts';
import { startStack } from './stack.ts';

// How many single events a second are planned, sent on two channels and written back, and what each of them costs; also while so
// many others wait. `--only webhook` leaves the others out.
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    backlog: { type: 'string', default: '100000' },
    people: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    dry: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const backlog = Number(values.backlog);
const say = (sentence: string) => console.error(`bench: ${sentence}`);
const runs: Record<string, SingleEvents> = {
  'push and webhook': { second: 'webhook', seconds },
  'push and email': { second: 'email', seconds },
  [`push and webhook, ${backlog.toLocaleString('en')} waiting`]: { second: 'webhook', seconds, backlog },
};

say('starting PostgreSQL, two sandboxes and two workers …');
const stack = await startStack();
const found: Record<string, SingleEventFigures> = {};
try {
  const { webhook } = stack.sandboxes.bulk;
  await stack.pool.query('select bench.seed_reachable($1, $2, $3)', [
    Number(values.people),
    webhook.url,
    webhook.secret,
  ]);
  await stack.pool.query('vacuum analyze');
  await singleEvents(stack, { second: 'webhook', seconds: 2 });
  for (const [what, run] of Object.entries(runs)) {
    if (!what.includes(values.only)) continue;
    say(`${what} …`);
    const figures = await singleEvents(stack, run);
    found[what] = figures;
    say(`${figures.perSecond.toFixed(0)} events a second`);
  }
} finally {
  await stack.stop();
}

const rows = Object.entries(found).map(([what, { inserted, perSecond, allPerSecond, p50, p99 }]) =>
  [what, inserted, perSecond, allPerSecond, p50, p99].map((cell) =>
    typeof cell === 'number' ? cell.toFixed(0) : cell,
  ),
);
const [without, , waiting] = Object.values(found);
await report(
  'singles',
  [
    `${inserters} sessions insert for ${seconds} s; the clock stops when the last outcome is written.`,
    '',
    table(
      ['single events', 'inserted', 'events/s', 'with those that waited', 'row → last outcome p50 in ms', 'p99 in ms'],
      rows,
    ),
    '',
    processorTable(
      Object.fromEntries(Object.entries(found).map(([what, figures]) => [what, figures.processorTime])),
      0,
    ),
    ...(without && waiting
      ? [
          '',
          `With ${backlog.toLocaleString('en')} waiting, the single events have ${(waiting.perSecond / without.perSecond).toFixed(2)} of the rate
without, and all together ${(waiting.allPerSecond / without.perSecond).toFixed(2)}.`,
        ]
      : []),
  ],
  values,
);
