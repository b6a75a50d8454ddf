import { expect, test } from 'vitest';
import { waitUntil } from '../../../web/client/src/live/until.ts';
import { createStage } from './stage.ts';

const dayMs = 86_400_000;

/** A clock that can be set, on a stage whose time goes on by itself. */
function waiting(ms: number) {
  const stage = createStage();
  let offsetMs = 0;
  const now = () => stage.now + offsetMs;
  let isOver = 0;
  const wait = waitUntil(now() + ms, { now, after: stage.surroundings.after }, () => isOver++);
  return {
    stage,
    wait,
    isOver: () => isOver,
    set(ms: number) {
      offsetMs += ms;
    },
  };
}

test('NC-43: a banner that ends in a hundred days ends then, though timers hold no more than 24', async () => {
  const { stage, isOver } = waiting(100 * dayMs);
  for (let day = 0; day < 99; day++) await stage.advance(dayMs);
  expect(isOver()).toBe(0);
  await stage.advance(dayMs);
  expect(isOver()).toBe(1);
});

test('NC-43: a clock that is set back holds no banner up', async () => {
  const { stage, set, isOver } = waiting(600_000);
  await stage.advance(100_000);
  set(-dayMs);
  await stage.advance(499_000);
  expect(isOver()).toBe(0);
  await stage.advance(1_000);
  expect(isOver()).toBe(1);
});

test('NC-43: after a sleep the clock decides: within a minute, or when somebody looks', async () => {
  const asleep = waiting(7_200_000);
  // Its timers stood still.
  asleep.set(7_200_000);
  await asleep.stage.advance(60_000);
  expect(asleep.isOver()).toBe(1);

  const seen = waiting(7_200_000);
  seen.wait.look();
  seen.set(7_200_000);
  seen.wait.look();
  await seen.stage.advance(7_200_000);
  expect(seen.isOver()).toBe(1);
});

test('NC-43: nobody waits any more after stop()', async () => {
  const { stage, wait, isOver } = waiting(1_000);
  wait.stop();
  await stage.advance(dayMs);
  expect(isOver()).toBe(0);
});
