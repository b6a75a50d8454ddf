import { type KeptStorage, memoryStorage } from './surroundings.ts';

// As much of IndexedDB as is used here: this package compiles without the DOM's types, too.
type Request<Result = unknown> = {
  readonly result: Result;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
};
type ObjectStore = {
  getAllKeys(): Request<string[]>;
  get(key: string): Request<string | undefined>;
  put(value: string, key: string): Request;
  delete(key: string): Request;
};
type Database = {
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): ObjectStore };
  onversionchange: (() => void) | null;
  close(): void;
};
export type IndexedDb = {
  open(name: string, version: number): Request<Database> & { onupgradeneeded: (() => void) | null };
};

const storeName = 'kept';

const toPromise = <Result>(request: Request<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The database `rowbell` of this browser. Where the browser refuses it (private windows do), things are kept in memory. */
export function indexedDbStorage(indexedDb: IndexedDb): KeptStorage {
  let opened: Promise<Database | null> | undefined;
  const memory = memoryStorage();

  const open = async (): Promise<Database | null> => {
    try {
      const request = indexedDb.open('rowbell', 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(storeName);
      const database = await toPromise(request);
      database.onversionchange = () => {
        opened = undefined;
        database.close();
      };
      return database;
    } catch {
      return null;
    }
  };

  const inStore = async <Result>(
    mode: 'readonly' | 'readwrite',
    ask: (store: ObjectStore) => Request<Result>,
    otherwise: () => Promise<Result>,
  ): Promise<Result> => {
    opened ??= open();
    const database = await opened;
    if (!database) return otherwise();
    return toPromise(ask(database.transaction(storeName, mode).objectStore(storeName)));
  };

  return {
    getAllKeys: () =>
      inStore(
        'readonly',
        (store) => store.getAllKeys(),
        async () => [...(await memory.getAllKeys())],
      ),
    getItem: async (key) =>
      (await inStore(
        'readonly',
        (store) => store.get(key),
        async () => (await memory.getItem(key)) ?? undefined,
      )) ?? null,
    setItem: (key, value) =>
      inStore(
        'readwrite',
        (store) => store.put(value, key),
        () => memory.setItem(key, value),
      ),
    removeItem: (key) =>
      inStore(
        'readwrite',
        (store) => store.delete(key),
        () => memory.removeItem(key),
      ),
  };
}
