import { watch } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const quietMs = 200;

/**
 * Calls back once things have been quiet for a moment after `.ts` files of src/ and tasks/ or what migrate applies of db/
 * and of the folder of further packs changed. Changes that come while a call still runs lead to one more call after it.
 */
export function watchSources(
  packsDir: string | null,
  changed: (kinds: ReadonlySet<'ts' | 'sql'>) => Promise<void>,
): () => void {
  let pending = new Set<'ts' | 'sql'>();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const note = (_event: string, file: string | null) => {
    const [, kind] = /\.(ts|sql|html|json)$/.exec(file ?? '') ?? [];
    if (!kind) return;
    pending.add(kind === 'ts' ? 'ts' : 'sql');
    clearTimeout(timer);
    timer = setTimeout(() => {
      const kinds = pending;
      pending = new Set();
      running = running.then(() => changed(kinds));
    }, quietMs);
  };
  const folders = [...['src', 'tasks', 'db'].map((folder) => join(root, folder)), ...(packsDir ? [packsDir] : [])];
  const watchers = folders.map((folder) => watch(folder, { recursive: true }, note));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
