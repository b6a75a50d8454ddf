/** What a transaction is to know of who asks: the role, and what policies read. */
export type Settings = Record<string, string>;
export type Client = { query<T>(options: { text: string; values: unknown[] }): Promise<{ rows: readonly T[] }> };
/** Runs work on a connection, each statement as a transaction with these settings: what PostGraphile puts into every context. */
export type WithClient = <T>(settings: Settings, work: (client: Client) => Promise<T>) => Promise<T>;
