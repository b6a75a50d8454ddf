/** The value below which a share of the samples lies (nearest rank). `share` from 0 to 1; at least one sample. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] as number;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
