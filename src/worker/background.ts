import type { Logger } from '../logger.ts';

/** Work that goes on after the job that began it. */
export function createBackground(logger: Logger) {
  const running = new Set<Promise<void>>();
  return {
    add(work: Promise<void>): void {
      const watched = work
        .catch((error: unknown) => logger.error('background.failed', { error }))
        .finally(() => running.delete(watched));
      running.add(watched);
    },
    /** Resolves when all of it has ended. */
    async done(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
