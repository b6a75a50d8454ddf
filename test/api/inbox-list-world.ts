import { afterAll, beforeAll, expect } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/**
 * What the tests of the inbox's lists begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

export let api: TestApi;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});

afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

export type Row = {
  readonly type?: string;
  readonly title?: string;
  readonly subtitle?: string | null;
  readonly body?: string;
  readonly thread?: string | null;
  readonly createdAt?: string;
  readonly isRead?: boolean;
  readonly isArchived?: boolean;
  readonly snoozedUntil?: string | null;
  readonly isDeleted?: boolean;
  readonly isTold?: boolean;
};

export async function somebody(locale = 'en'): Promise<{ id: string; token: string }> {
  const id = await createUser(db);
  await db.owner.query('update notify.users set locale = $2 where id = $1', [id, locale]);
  return { id, token: await signToken(id) };
}

/** Notifications of somebody, the first the oldest; their ids. */
export async function give(userId: string, rows: readonly Row[]): Promise<string[]> {
  const ids: string[] = [];
  for (const row of rows) {
    const { rows: made } = await db.owner.query<{ id: string }>(
      `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, subtitle, body, thread_id, expires_at,
         created_at, read_at, archived_at, snoozed_until, deleted_at, told_at)
       values (uuidv7(), $1, $2, 'P1', $3, $4, $5, $6, now(), coalesce($7, now()), case when $8 then now() end, case when $9 then now() end,
         $10, case when $11 then now() end, case when $12 then now() end)
       returning id`,
      [
        userId,
        row.type ?? 'test_push',
        row.title ?? 'A title',
        row.subtitle ?? null,
        row.body ?? 'A body',
        row.thread ?? null,
        row.createdAt ?? null,
        row.isRead ?? false,
        row.isArchived ?? false,
        row.snoozedUntil ?? null,
        row.isDeleted ?? false,
        row.isTold ?? true,
      ],
    );
    ids.push(made[0]?.id ?? '');
  }
  return ids;
}

export const query = `query ($filter: InboxFilterInput, $sort: InboxSort! = newest, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  inbox(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

export type Asked = {
  readonly filter?: Record<string, unknown>;
  readonly sort?: 'newest' | 'oldest' | 'unread_first';
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
};

export async function list(token: string, asked: Asked = {}) {
  const answer = await api.ask(query, { token, variables: asked });
  expect(answer.errors).toEqual([]);
  const { inbox } = answer.data;
  const ids: string[] = inbox.nodes.map(({ id }: { id: string }) => id);
  expect(inbox.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids);
  return { ids, total: inbox.totalCount as number, pageInfo: inbox.pageInfo, edges: inbox.edges };
}

/** All pages of an order, from one end to the other. */
export async function walk(token: string, asked: Asked, size: number, backwards = false): Promise<string[]> {
  let ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await list(token, {
      ...asked,
      ...(backwards ? { last: size } : { first: size }),
      ...(cursor && (backwards ? { before: cursor } : { after: cursor })),
    });
    ids = backwards ? [...page.ids, ...ids] : [...ids, ...page.ids];
    expect(page.pageInfo).toMatchObject(
      backwards ? { hasNextPage: cursor !== undefined } : { hasPreviousPage: cursor !== undefined },
    );
    if (!(backwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage)) return ids;
    cursor = backwards ? page.pageInfo.startCursor : page.pageInfo.endCursor;
  }
}

export const places = ['inbox', 'snoozed', 'archived'];

/** Packs the words of a stretch, as compact_search_index() does where there are many. */
export async function pack(userId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.owner.query(
    `insert into notify_private.search_index_chunks (id, recipient_id, last_id, notification_ids, search_tokens)
     values ($2, $1, $3, $4, notify_private.rebuild_search_tokens($1, $4))`,
    [userId, ids[0], ids.at(-1), ids],
  );
}
