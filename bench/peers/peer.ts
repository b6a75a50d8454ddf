import type pg from 'pg';

export const channels = ['push', 'webhook'] as const;

/** What a job of a peer's queue names. */
export type Job = { readonly messageId: string; readonly recipientId: string };

export type Surroundings = {
  /** A superuser's. */
  readonly databaseUrl: string;
  readonly redisPort: number;
};

/** A queue with hand-written handlers: one job for each channel, so that each can be tried again without the other. */
export type Peer = {
  readonly name: string;
  /** What is written of a message besides its row and a row for each outcome. */
  readonly records: string;
  /** In the process that inserts: writes a message's row and its jobs. */
  produce(
    surroundings: Surroundings,
    sessions: pg.Pool,
  ): Promise<{ add(recipientId: string): Promise<void>; stop(): Promise<void> }>;
  /** In a process of its own: handles jobs until it is killed. */
  work(
    surroundings: Surroundings,
    handle: (channel: (typeof channels)[number], job: Job) => Promise<void>,
  ): Promise<void>;
};

export const schema = `
  create schema peers;
  create table peers.messages (
    id uuid primary key default uuidv7(), recipient_id uuid not null, title text not null, body text not null, created_at timestamptz not null default clock_timestamp()
  );
  create table peers.outcomes (
    message_id uuid not null, channel text not null, status text not null, provider_message_id text,
    written_at timestamptz not null default clock_timestamp(), primary key (message_id, channel)
  )`;

export async function insertMessage(sessions: pg.Pool, recipientId: string): Promise<string> {
  const { rows } = await sessions.query<{ id: string }>({
    name: 'message',
    text: `insert into peers.messages (recipient_id, title, body) values ($1, 'Bench', 'A single event') returning id`,
    values: [recipientId],
  });
  return rows[0]?.id as string;
}
