import { afterAll, beforeAll, expect, test } from 'vitest';
import { installStorm } from '../../bench/weather/people.ts';
import { openSky, type Sky } from '../../bench/weather/sky.ts';
import { runStorm } from '../../bench/weather/storm.ts';
import { judge } from '../../bench/weather/verdict.ts';
import { type ApiProcess, createApiProcess } from '../support/api-process.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startWorker, type WorkerProcess } from '../support/worker-process.ts';

/** Another storm: `TEST_SEED=17 npm test -- engine/storm`. */
const seed = Number(process.env.TEST_SEED ?? 1);

let db: TestDatabase;
let sky: Sky;
let api: ApiProcess;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  [db, sky] = await Promise.all([createDatabase(), openSky()]);
  await installStorm(db.owner);
  const settings: Record<string, string> = { ...sky.settings };
  api = await createApiProcess({ databaseUrl: db.apiUrl, settings });
  // Twilio is told to call it back there, and signs that address.
  settings.PUBLIC_URL = api.url;
  await api.start();
  for (const lane of ['urgent', 'bulk'] as const) {
    workers.push(await startWorker({ databaseUrl: db.workerUrl, lane, settings }));
  }
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await api?.stop();
  await sky?.close();
  await db?.drop();
});

test(`a storm of every fault (seed ${seed}): nothing is lost, nothing comes twice but where docs say so, nobody alive is pruned, no pause outlasts its fault`, async () => {
  const storm = await runStorm({
    pool: db.owner,
    sky,
    seed,
    seconds: 20,
    deliveries: 800,
    people: 300,
    mostWaiting: 400,
    pace: { lasts: [300, 900], rests: [100, 500], longestMs: 12_000 },
    patienceMs: 60_000,
    urgentEveryMs: 200,
    isHurried: true,
  });
  const verdict = await judge(db.owner, sky, storm);
  expect(verdict).toMatchObject({ lost: [], twiceWithoutReason: [], prunedAlive: [], pausedTooLong: [], missed: [] });
  // It did storm, and somebody was calm in it, or all this would prove nothing.
  expect(verdict.pauses.length).toBeGreaterThan(0);
  expect(Object.keys(verdict.twice).length).toBeGreaterThan(0);
  expect(verdict.prunedDead).toBeGreaterThan(0);
  expect(verdict.urgent.length).toBeGreaterThan(0);
}, 1_200_000);
