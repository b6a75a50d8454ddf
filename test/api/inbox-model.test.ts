import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import fc from '../support/fast-check.ts';
import { type InboxRow, inboxRows, makeNotifications } from '../support/inbox.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
/** Far from now, so that no snooze ends meanwhile. */
let untils: string[];
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  untils = await one(db.owner, `select json_agg(now() + n * interval '30 days') from generate_series(1, 2) as n`);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const actions = ['seen', 'read', 'unread', 'archive', 'unarchive', 'delete', 'snooze', 'unsnooze'] as const;
type Action = (typeof actions)[number];
type Filter = { readonly read?: boolean; readonly places?: readonly string[]; readonly threadId?: string };
type Change = {
  readonly kind: 'change';
  readonly action: Action;
  readonly until: number;
  readonly rows?: readonly number[];
  readonly filter?: Filter;
};
/** Of the change so many before the last. */
type Undo = { readonly kind: 'undo'; readonly back: number };

const change: fc.Arbitrary<Change> = fc
  .record({ kind: fc.constant('change' as const), action: fc.constantFrom(...actions), until: fc.nat(1) })
  .chain((common) =>
    fc.oneof(
      fc.uniqueArray(fc.nat(7), { maxLength: 5 }).map((rows) => ({ ...common, rows })),
      fc
        .record(
          {
            read: fc.boolean(),
            places: fc.subarray(['inbox', 'snoozed', 'archived'], { minLength: 1 }),
            threadId: fc.constantFrom('t0', 't1'),
          },
          { requiredKeys: [] },
        )
        .map((filter) => ({ ...common, filter })),
    ),
  );
const undo: fc.Arbitrary<Undo> = fc.record({ kind: fc.constant('undo' as const), back: fc.nat(3) });
const sequences = fc.array(fc.oneof({ weight: 3, arbitrary: change }, { weight: 2, arbitrary: undo }), {
  minLength: 5,
  maxLength: 25,
});

const placeOf = (row: InboxRow) => (row.archived_at ? 'archived' : row.snoozed_until ? 'snoozed' : 'inbox');
const isFound = (row: InboxRow, { places = ['inbox'], read, threadId }: Filter) =>
  places.includes(placeOf(row)) &&
  (read === undefined || read === (row.read_at !== null)) &&
  (threadId === undefined || threadId === row.thread_id);

/** What an action makes of a notification; null where it is so already. */
function act(row: InboxRow, action: Action, at: string, until: string): InboxRow | null {
  switch (action) {
    case 'seen':
      return row.seen_at ? null : { ...row, seen_at: at };
    case 'read':
      return row.read_at ? null : { ...row, read_at: at, seen_at: row.seen_at ?? at };
    case 'unread':
      return row.read_at ? { ...row, read_at: null } : null;
    case 'archive':
      return row.archived_at ? null : { ...row, archived_at: at };
    case 'unarchive':
      return row.archived_at ? { ...row, archived_at: null } : null;
    case 'delete':
      return { ...row, deleted_at: at };
    case 'snooze': {
      const isSo = row.snoozed_until === until && !row.read_at && !row.archived_at;
      return isSo ? null : { ...row, snoozed_until: until, read_at: null, archived_at: null };
    }
    case 'unsnooze':
      return row.snoozed_until ? { ...row, snoozed_until: null } : null;
  }
}

/** A notification, and the changes of it that are not undone, each with what it found. */
type Modelled = {
  readonly row: InboxRow;
  readonly past: readonly { readonly token: string; readonly found: InboxRow }[];
};

test('NC-4: whatever is changed and undone in whatever order, it is what a simple reading of the rules says', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const id = await createUser(db);
      const token = await signToken(id);
      const ask = async (query: string, variables: Record<string, unknown>) => {
        const { data, errors } = await api.ask(query, { token, variables });
        expect(errors).toEqual([]);
        return data.answer.result;
      };
      const ids = await makeNotifications(
        db,
        id,
        Array.from({ length: 8 }, (_, n) => (n % 3 < 2 ? { threadId: `t${n % 3}` } : {})),
      );
      let model: Modelled[] = (await inboxRows(db, id)).map((row) => ({ row, past: [] }));
      const tokens: { readonly token: string; readonly at: string }[] = [];

      for (const step of sequence) {
        let expected: number;
        let answered: number;
        if (step.kind === 'change') {
          const until = untils[step.until] as string;
          const answer = await ask(
            `mutation ($action: InboxAction!, $ids: [UUID!], $filter: InboxFilterInput, $until: Datetime) {
               answer: changeNotifications(input: { action: $action, notificationIds: $ids, filter: $filter, until: $until }) {
                 result { changed undoToken } } }`,
            {
              action: step.action,
              ids: step.rows?.map((n) => ids[n]),
              filter: step.filter,
              until: step.action === 'snooze' ? until : null,
            },
          );
          const is = (row: InboxRow) =>
            step.filter ? isFound(row, step.filter) : step.rows?.some((n) => ids[n] === row.id);
          const next = model.map(({ row, past }) => ({
            row,
            past,
            made: !row.deleted_at && is(row) ? act(row, step.action, 'then', until) : null,
          }));
          expected = next.filter(({ made }) => made).length;
          answered = answer.changed;
          expect(answer.undoToken === null).toBe(expected === 0 || step.action === 'seen');
          const now = new Map((await inboxRows(db, id)).map((row) => [row.id, row]));
          // Which instant it was is the database's to say: one for all of them.
          const mark = ({ seen: 'seen_at', read: 'read_at', archive: 'archived_at', delete: 'deleted_at' } as const)[
            step.action as 'read'
          ];
          const at: string = answer.undoToken
            ? await one(db.owner, 'select to_jsonb(changed_at) from notify_private.inbox_changes where id = $1', [
                answer.undoToken,
              ])
            : (now.get(next.find(({ made }) => made)?.row.id ?? '')?.[mark] ?? '');
          model = next.map(({ row, past, made }) =>
            made
              ? {
                  row: act(row, step.action, at, until) as InboxRow,
                  past: answer.undoToken ? [...past, { token: answer.undoToken, found: row }] : past,
                }
              : { row, past },
          );
          if (answer.undoToken) tokens.push({ token: answer.undoToken, at });
        } else {
          const chosen = tokens.at(-1 - step.back);
          if (!chosen) continue;
          answered = await ask(
            'mutation ($token: UUID!) { answer: undoChange(input: { undoToken: $token }) { result } }',
            {
              token: chosen.token,
            },
          );
          expected = 0;
          model = model.map((one) => {
            const last = one.past.at(-1);
            if (last?.token !== chosen.token) return one;
            expected++;
            // Seen since: another's instant stays.
            const seen_at = one.row.seen_at === chosen.at ? null : one.row.seen_at;
            return { row: { ...last.found, seen_at }, past: one.past.slice(0, -1) };
          });
        }
        expect(answered).toBe(expected);
        expect(await inboxRows(db, id)).toEqual(model.map(({ row }) => row));
        const inbox = model.filter(({ row }) => !row.deleted_at && !row.read_at && placeOf(row) === 'inbox').length;
        expect((await api.ask('{ unreadCount }', { token })).data.unreadCount).toBe(inbox);
      }
    }),
    { numRuns: 40 },
  );
}, 240_000);
