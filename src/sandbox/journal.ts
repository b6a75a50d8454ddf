import type { ProviderName } from '../providers/types.ts';
import type { Drawn } from './rich-content.ts';

/** One thing an address received, or was refused. */
export type Entry = {
  readonly id: number;
  /** ISO 8601 instant of arrival. */
  readonly at: string;
  readonly provider: ProviderName;
  /** Device token, subscription endpoint, mailbox, phone number or URL. */
  readonly address: string;
  /** Whatever the protocol carries that names the delivery (apns-id, Message-ID, webhook-id …). */
  readonly deliveryId: string | null;
  /** What we answered: an HTTP or SMTP status; 0 where the connection was cut instead. */
  readonly status: number;
  /** The provider's own word for a refusal; null when accepted. Where the connection was cut, `accepted`: it was taken all the same. */
  readonly reason: string | null;
  readonly title: string | null;
  readonly body: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** A push's picture, buttons and channel as the phone draws them; null or absent where it has none. */
  readonly drawn?: Drawn | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Which of the server's connections it came by, counted from 1. */
  readonly connection?: number;
  /** The whole payload, as parsed. */
  readonly raw?: unknown;
};

export type EntryFilter = {
  readonly provider?: ProviderName | undefined;
  readonly address?: string | undefined;
  readonly deliveryId?: string | undefined;
  /** Only entries with a greater id. */
  readonly since?: number | undefined;
  /** At most this many, the newest ones. */
  readonly limit?: number | undefined;
};

export type Counts = { readonly received: number; readonly accepted: number; readonly rejected: number };

export type Journal = {
  record(entry: Omit<Entry, 'id' | 'at'>): Entry;
  /** Matching entries that are still kept, newest first. */
  list(filter?: EntryFilter): Entry[];
  /** Calls back for each new entry until the returned function is called. */
  subscribe(callback: (entry: Entry) => void): () => void;
  /** Exact totals per provider, also of entries no longer kept. A status of 200 to 299 counts as accepted. */
  counts(): Partial<Record<ProviderName, Counts>>;
  /** Forgets entries and totals; ids go on. */
  clear(): void;
};

/**
 * What every address received, in memory. A ring of `limit` entries keeps memory flat however many arrive; the totals
 * stay exact. Recording costs about a microsecond.
 */
export function createJournal({ limit = 5000 }: { readonly limit?: number } = {}): Journal {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('journal limit must be a positive integer');
  let ring: Entry[] = [];
  let firstId = 1;
  let nextId = 1;
  let totals = new Map<ProviderName, { received: number; accepted: number; rejected: number }>();
  const subscribers = new Set<(entry: Entry) => void>();
  const now = isoClock();

  return {
    record(entry) {
      const id = nextId++;
      const recorded: Entry = { ...entry, id, at: now() };
      ring[(id - firstId) % limit] = recorded;
      const total = totals.get(entry.provider) ?? { received: 0, accepted: 0, rejected: 0 };
      if (total.received === 0) totals.set(entry.provider, total);
      total.received++;
      if (entry.status >= 200 && entry.status < 300) total.accepted++;
      else total.rejected++;
      for (const callback of subscribers) callback(recorded);
      return recorded;
    },
    list(filter = {}) {
      const { provider, address, deliveryId, since = 0, limit: maxFound = Number.POSITIVE_INFINITY } = filter;
      const found: Entry[] = [];
      for (let id = nextId - 1; id >= firstId && id > since && nextId - id <= limit && found.length < maxFound; id--) {
        const entry = ring[(id - firstId) % limit] as Entry;
        if (provider !== undefined && entry.provider !== provider) continue;
        if (address !== undefined && entry.address !== address) continue;
        if (deliveryId !== undefined && entry.deliveryId !== deliveryId) continue;
        found.push(entry);
      }
      return found;
    },
    subscribe(callback) {
      const own = (entry: Entry) => callback(entry);
      subscribers.add(own);
      return () => void subscribers.delete(own);
    },
    counts: () => Object.fromEntries([...totals].map(([provider, total]) => [provider, { ...total }])),
    clear() {
      ring = [];
      firstId = nextId;
      totals = new Map();
    },
  };
}

/** ISO instants, formatted once per millisecond. */
function isoClock(): () => string {
  let lastMs = -1;
  let text = '';
  return () => {
    const ms = Date.now();
    if (ms !== lastMs) {
      lastMs = ms;
      text = new Date(ms).toISOString();
    }
    return text;
  };
}
