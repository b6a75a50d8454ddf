import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '../config/index.ts';
import { signToken } from '../start/sign-token.ts';
import { stateFolder } from '../start/state.ts';
import { coachAWeek } from '../story/coaching.ts';
import { createStage } from '../story/stage.ts';
import { planTrip } from '../story/trip.ts';

/**
 * A day in the life, played on what `npm start` has running: a circle plans a trip, someone gets a week of coaching calls,
 * in a minute or two. Says who did what, which phones rang, and why others did not; the sandbox's page shows the phones.
 */
async function main(): Promise<void> {
  const folder = stateFolder(readConfig(process.env));
  const read = (file: string) =>
    readFile(join(folder, file), 'utf8').catch(() => {
      throw new Error('Nothing is running here: start it with "npm start" first, then come back.');
    });
  const { graphqlUrl, sandboxUrl } = JSON.parse(await read('places.json')) as {
    graphqlUrl: string;
    sandboxUrl: string;
  };
  const owner = new pg.Client({
    connectionString: (await read('database-url')).trim(),
    application_name: 'rowbell-story',
  });
  await owner.connect();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const stage = createStage({
    owner,
    graphqlUrl,
    say,
    tokenOf: (user) => signToken(process.env, { user, role: 'user', hours: 1 }),
  });
  try {
    const missing = await missingPacks(owner);
    if (missing.length > 0) {
      throw new Error(`The story is about trips and coaching: it needs ${missing.join(' and ')} in ROWBELL_PACKS.`);
    }
    say(`The phones are at ${sandboxUrl}.`);
    await planTrip(stage);
    await coachAWeek(stage);
    say('\nThe end. Every line above is rows: notify.decisions, notify.deliveries, notify.holds.');
  } finally {
    await owner.end();
  }
}

async function missingPacks(owner: pg.ClientBase): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select p.name from unnest(array['coaching', 'trips']) as p (name)
     where not exists (select from notify.packs as x where x.name = p.name and x.enabled)`,
  );
  return rows.map(({ name }) => name);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
