import { expect, test } from 'vitest';
import { seed } from '../support/fast-check.ts';
import { compare } from '../worlds/compare.ts';
import { live } from '../worlds/life.ts';

test('W42, W43, W45: what is predicted happens, and is explained, traced and replayed as it happened', async () => {
  process.stdout.write(
    `World ${seed}; the same again: npm run worlds -- --chains 1 --people 30 --steps 16 --seed ${seed}\n`,
  );
  const life = await live(seed, 30, 16);
  try {
    const { differences, chains, atOnce, later } = await compare(life);
    expect(differences.slice(0, 3)).toEqual([]);
    // It was about something.
    expect(chains).toBeGreaterThan(100);
    expect(atOnce).toBeGreaterThan(50);
    expect(later).toBeGreaterThan(3);
  } finally {
    await life.clocked.drop();
  }
});
