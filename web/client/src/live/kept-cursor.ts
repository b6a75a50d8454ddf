import type { Surroundings } from './surroundings.ts';

const everyMs = 1_000;

/**
 * The cursor of the inbox, kept for the next start: what was missed until then is asked for. Not with each frame: a flood would be a
 * flood of writing.
 */
export function createKeptCursor({ after, storage }: Pick<Surroundings, 'after' | 'storage'>) {
  let cancel: (() => void) | null = null;
  return {
    read: (key: string): Promise<string | null> => storage.getItem(key).catch(() => null),
    /** @param read gives the cursor of then */
    keep(key: string, read: () => string | undefined): void {
      cancel ??= after(everyMs, () => {
        cancel = null;
        const cursor = read();
        if (cursor !== undefined) storage.setItem(key, cursor).catch(() => {});
      });
    },
    stop(): void {
      cancel?.();
      cancel = null;
    },
  };
}
