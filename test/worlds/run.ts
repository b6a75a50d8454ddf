import { parseArgs } from 'node:util';
import { startMigratedCluster } from '../support/template.ts';
import { type Comparison, compare, type Difference } from './compare.ts';
import { live } from './life.ts';

/**
 * `npm run worlds -- --chains 10000`: random worlds are predicted, happen, are explained, traced and tested back, until so many
 * candidates have come to their last step; ends with 1 where two of these differ.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      chains: { type: 'string', default: '10000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
      people: { type: 'string', default: '60' },
      steps: { type: 'string', default: '40' },
      show: { type: 'string', default: '1' },
    },
  });
  const [chains, seed, people, steps, shown] = [
    values.chains,
    values.seed,
    values.people,
    values.steps,
    values.show,
  ].map(Number) as [number, number, number, number, number];
  if (![chains, people, steps].every((count) => count >= 1) || !Number.isSafeInteger(seed) || !(shown >= 0))
    throw new Error('npm run worlds -- [--chains N] [--seed S] [--people N] [--steps N] [--show N]');
  say(`Worlds until ${chains} chains have ended; the same again: npm run worlds -- --chains ${chains} --seed ${seed}`);
  const { postgres, address } = await startMigratedCluster();
  process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(143)));
  process.once('SIGINT', () => void postgres.stop().then(() => process.exit(130)));
  const all: Comparison[] = [];
  try {
    for (let n = 0; sum(all, (one) => one.chains) < chains; n++) {
      const life = await live(seed + n, people, steps, address);
      const found = await compare(life);
      await life.clocked.drop();
      all.push(found);
      say(`World ${seed + n}: ${found.chains} chains, ${found.differences.length} differences.`);
    }
  } finally {
    await postgres.stop();
  }
  const kinds = Map.groupBy(
    all.flatMap(({ differences }) => differences),
    ({ kind }: Difference) => kind,
  );
  for (const [kind, list] of kinds) {
    say(`${list.length} times ${kind}, such as`);
    for (const one of list.slice(0, shown)) say(JSON.stringify(one, null, 1));
  }
  const different = sum(all, ({ differences }) => differences.length);
  say(
    `${sum(all, (one) => one.chains)} chains of ${all.length} worlds came to their last step; ${sum(all, ({ atOnce }) => atOnce)} first and ` +
      `${sum(all, ({ later }) => later)} later steps came as predicted; ${different} differences.`,
  );
  for (const [kind, list] of kinds) say(`${list.length} ${kind}`);
  process.exitCode = different === 0 ? 0 : 1;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const sum = <T>(list: readonly T[], count: (one: T) => number) => list.reduce((total, one) => total + count(one), 0);

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(2);
});
