import { parseArgs } from 'node:util';
import { startCrashingPostgres } from '../support/crashing-postgres.ts';
import { createDatabase } from '../support/database.ts';
import { type Outcome, runStorm } from './storm.ts';

/** `npm run chaos -- --minutes 10`: real time while everything fails in turns; ends with 1 where a client has not what the database has. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, people: { type: 'string', default: '40' } },
  });
  const [minutes, people] = [Number(values.minutes), Number(values.people)];
  if (!(minutes > 0) || !(people >= 1)) throw new Error('npm run chaos -- [--minutes N] [--people N]');
  const say = (sentence: string) => process.stdout.write(`${sentence}\n`);
  say(`Chaos for ${minutes} minutes with ${people} people and two APIs.`);
  const postgres = await startCrashingPostgres();
  process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(143)));
  process.once('SIGINT', () => void postgres.stop().then(() => process.exit(130)));
  try {
    const db = await createDatabase({ cluster: postgres.address });
    const outcome = await runStorm({
      db,
      cluster: postgres.address,
      seconds: minutes * 60,
      people,
      forgetful: Math.ceil(people / 4),
      dropAfterMs: 3_000,
      writers: { engines: 6, persons: 4, pauseMs: 300, longestMs: 2_000 },
      endListenEveryMs: 1_500,
      killEveryMs: 12_000,
      postgres,
      say,
    });
    await db.drop();
    for (const line of describe(outcome)) say(line);
    process.exitCode = isSound(outcome) ? 0 : 1;
  } finally {
    await postgres.stop();
  }
  process.exit();
}

const isSound = ({ lost, stale, ghosts, foreign, ambiguous, missedWithoutCursor }: Outcome) =>
  lost + stale + ghosts + foreign + ambiguous === 0 && missedWithoutCursor > 0;

function describe(outcome: Outcome): string[] {
  const { events } = outcome;
  return [
    `Dropped connections ${events.sockets}, ended LISTENs ${events.listens}, killed APIs ${events.apis}, restarts of PostgreSQL ${events.postgres}.`,
    `${outcome.transactions} transactions left ${outcome.notifications} notifications; ${outcome.frames} frames, ${outcome.repeated} items repeated, ${outcome.resets} resets.`,
    `Lost ${outcome.lost}, older than in the database ${outcome.stale}, there and not in the database ${outcome.ghosts}, somebody else's ${outcome.foreign}, of one version with two contents ${outcome.ambiguous}.`,
    `The clients without a cursor missed ${outcome.missedWithoutCursor}: ${outcome.missedWithoutCursor > 0 ? 'the check can fail' : 'the check proves nothing'}.`,
  ];
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(2);
});
