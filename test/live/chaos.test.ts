import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runStorm } from '../chaos/storm.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db?.drop());

test('NC-40: sockets, LISTENs and an API die under load: every client has what the database has, without a cursor it would not', async () => {
  const outcome = await runStorm({
    db,
    cluster: inject('cluster'),
    seconds: 5,
    people: 15,
    forgetful: 5,
    dropAfterMs: 1_400,
    writers: { engines: 3, persons: 3, pauseMs: 40, longestMs: 1_000 },
    endListenEveryMs: 900,
    killEveryMs: 2_000,
  });
  expect(outcome).toMatchObject({ lost: 0, stale: 0, ghosts: 0, foreign: 0, ambiguous: 0 });
  // It did storm, or all this would prove nothing; and what a client without a cursor misses is found.
  expect(outcome.events).toMatchObject({ apis: expect.any(Number), listens: expect.any(Number) });
  for (const count of [outcome.events.sockets, outcome.events.listens, outcome.events.apis, outcome.repeated])
    expect(count).toBeGreaterThan(0);
  expect(outcome.missedWithoutCursor).toBeGreaterThan(0);
}, 300_000);
