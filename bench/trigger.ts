import type { Stack } from './stack.ts';

/** What the business write pays: milliseconds a statement with and without the trigger, and microseconds a row in bulk. */
export async function triggerCost({ pool }: Stack) {
  const samples = {
    with: [] as number[],
    without: [] as number[],
    bulkWith: [] as number[],
    bulkWithout: [] as number[],
  };
  const timed = async (into: number[], table: string, rows: number) => {
    const startedAt = performance.now();
    // To nobody: the planning that follows is not what is measured here.
    await pool.query(
      `insert into bench.${table} (type_key, provider, text, recipient_id)
       select 'bench_p1', 'nobody', 'x', uuidv7() from generate_series(1, $1)`,
      [rows],
    );
    into.push(performance.now() - startedAt);
  };
  for (let n = 0; n < 300; n++) {
    await timed(samples.with, 'announcements', 1);
    await timed(samples.without, 'silent_announcements', 1);
  }
  for (let n = 0; n < 5; n++) {
    await timed(samples.bulkWith, 'announcements', 1_000);
    await timed(samples.bulkWithout, 'silent_announcements', 1_000);
  }
  return samples;
}
