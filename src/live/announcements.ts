import type pg from 'pg';
import type { RowOf } from '../database/rows.ts';
import type { Logger } from '../logger.ts';
import { createBatches } from './batches.ts';
import type { Connection } from './connection.ts';
import type { Figures } from './figures.ts';
import type { Lane } from './hub.ts';
import { createLatest, type Latest } from './latest.ts';
import type { Topics } from './topic.ts';

/** What `Announcement` says: `notify_hidden.announcement_frame()`. */
type Frame = Readonly<Record<string, unknown>>;
type Announcement = {
  readonly id: string;
  readonly audience: string;
  readonly channel: string | null;
  readonly segment: string | null;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** By language. */
  readonly frames: Readonly<Record<string, Frame>>;
  /** Equal where nothing of it changed. */
  readonly version: string;
};
type Member = { readonly connection: Connection; readonly feed: Latest<Frame>; locale: string | null };

/** People who are looked up together. */
const batchSize = 1_000;
/** Timers hold no more. */
const longestTimerMs = 2_147_483_647;

/**
 * Banners: `announced`. All that are shown now or later are kept here, with their texts made once a language, and told to whom they
 * are for among those who are connected.
 */
export function createAnnouncements({
  pool,
  figures,
  logger,
}: {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly figures: Figures;
  readonly logger: Logger;
}): { readonly lane: Lane; readonly topics: Topics; stop(): void } {
  let known = new Map<string, Announcement>();
  let loading: Promise<void> | null = null;
  let isLoaded = false;
  let timer: NodeJS.Timeout | null = null;
  let hasStopped = false;
  const members = new Set<Member>();
  const told = new Map<string, string>();

  const localeOf = createBatches<string, string>(
    async (people) => {
      const { rows } = await pool.query<RowOf<'notify_private.live_locales'>>({
        name: 'live_locales',
        text: 'select * from notify_private.live_locales($1)',
        values: [people],
      });
      const locales = new Map(rows.map(({ user_id, locale }) => [user_id, locale]));
      return people.map((person) => locales.get(person) ?? 'en');
    },
    { size: batchSize, atOnce: 1 },
  );

  /** Who of some is meant; the others are told nothing. */
  const meant = async (announcement: Announcement, some: readonly Member[]): Promise<readonly Member[]> => {
    const { audience, channel, segment } = announcement;
    if (audience === 'channel')
      return some.filter(({ connection }) => (connection.channels.get(channel as string) ?? 0) > 0);
    if (audience === 'all') return some;
    const people = [...new Set(some.map(({ connection }) => connection.identity.userId))];
    const inside = new Set<string>();
    for (let first = 0; first < people.length; first += batchSize) {
      const { rows } = await pool.query<{ id: string }>({
        name: 'segment_members',
        text: 'select * from notify_private.segment_members($1, $2) as id',
        values: [segment, people.slice(first, first + batchSize)],
      });
      for (const { id } of rows) inside.add(id);
    }
    return some.filter(({ connection }) => inside.has(connection.identity.userId));
  };

  const tell = async (announcement: Announcement, some: readonly Member[]): Promise<void> => {
    for (const { feed, locale } of await meant(announcement, some)) {
      // It may have been withdrawn while the segment was asked.
      const { id, frames } = known.get(announcement.id) ?? announcement;
      const language = locale ?? 'en';
      const frame = frames[language] ?? frames[language.split('-', 1)[0] as string] ?? frames.en;
      if (frame) feed.put(id, frame);
    }
  };

  /** Tells what has begun and was not told as it is now, and comes back when the next begins. */
  const tellNews = async (): Promise<void> => {
    const now = Date.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const announcement of known.values()) {
      const { id, version, startsAtMs, endsAtMs } = announcement;
      if (told.get(id) === version) continue;
      if (startsAtMs > now) {
        if (endsAtMs > startsAtMs) nextMs = Math.min(nextMs, startsAtMs);
        continue;
      }
      // What ended without ever having been shown here is no news.
      const isNews = endsAtMs > now || told.has(id);
      told.set(id, version);
      if (isNews)
        await tell(
          announcement,
          [...members].filter(({ locale }) => locale !== null),
        );
    }
    if (timer) clearTimeout(timer);
    timer = null;
    if (nextMs < Number.POSITIVE_INFINITY && !hasStopped)
      timer = setTimeout(() => void tellNews().catch(fail), Math.min(nextMs - Date.now() + 1, longestTimerMs));
  };
  const fail = (error: unknown): void => {
    if (!hasStopped) logger.warn('announcements.failed', { error });
  };

  const load = async (): Promise<void> => {
    const { rows } = await pool.query<RowOf<'notify_private.live_announcements'>>({
      name: 'live_announcements',
      text: 'select * from notify_private.live_announcements()',
    });
    known = new Map(rows.map((row) => [row.id as string, announcementOf(row)]));
    for (const id of told.keys()) if (!known.has(id)) told.delete(id);
    isLoaded = true;
    await tellNews();
  };
  const reload = (): Promise<void> => {
    // One after the other, so that no older answer comes last.
    const before = loading;
    const mine: Promise<void> = (before ? before.catch(() => {}) : Promise.resolve()).then(load).finally(() => {
      if (loading === mine) loading = null;
    });
    loading = mine;
    return mine;
  };

  const begin = async (member: Member): Promise<void> => {
    if (!isLoaded) await (loading ?? reload());
    member.locale = await localeOf(member.connection.identity.userId);
    const now = Date.now();
    for (const announcement of known.values())
      if (announcement.startsAtMs <= now && announcement.endsAtMs > now) await tell(announcement, [member]);
  };

  return {
    lane: {
      kinds: 'b',
      isWanted: () => true,
      handle: reload,
      async catchUp(since) {
        await reload();
        return since;
      },
    },
    topics: {
      announced(connection) {
        const feed = createLatest<Frame>({
          onTaken: () => figures.noteFrame('announced'),
          onEnd: () => members.delete(member),
        });
        const member: Member = { connection, feed, locale: null };
        members.add(member);
        begin(member).catch((error: unknown) => feed.fail(error));
        return feed;
      },
    },
    stop() {
      hasStopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}

const instantOf = (at: unknown): number => (at instanceof Date ? at.getTime() : Date.parse(String(at)));

function announcementOf(row: RowOf<'notify_private.live_announcements'>): Announcement {
  return {
    id: row.id as string,
    audience: row.audience as string,
    channel: row.live_channel_name,
    segment: row.segment_key,
    startsAtMs: instantOf(row.starts_at),
    endsAtMs: row.ends_at === null ? Number.POSITIVE_INFINITY : instantOf(row.ends_at),
    frames: row.frames as unknown as Readonly<Record<string, Frame>>,
    version: JSON.stringify(row.frames),
  };
}
