import { afterAll, beforeAll, expect } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack } from '../support/engine-pack.ts';
import { inboxRows } from '../support/inbox.ts';

/**
 * What the tests of changes to the inbox begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

export let api: TestApi;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
});

afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

export type Person = { readonly id: string; readonly token: string };

export async function makePerson(): Promise<Person> {
  const id = await createUser(db);
  return { id, token: await signToken(id) };
}

export type Change = {
  readonly notificationIds?: readonly (string | undefined)[];
  readonly filter?: Record<string, unknown>;
  readonly until?: string;
};

export const changing = `mutation ($action: InboxAction!, $notificationIds: [UUID!], $filter: InboxFilterInput, $until: Datetime) {
  changeNotifications(input: { action: $action, notificationIds: $notificationIds, filter: $filter, until: $until }) {
    result { changed undoToken undoUntil } } }`;

export const ask = (token: string, action: string, change: Change) =>
  api.ask(changing, { token, variables: { action, ...change } });

export async function change(
  { token }: Person,
  action: string,
  what: Change,
): Promise<{ changed: number; undoToken: string }> {
  const { data, errors } = await ask(token, action, what);
  expect(errors).toEqual([]);
  return data.changeNotifications.result;
}

export const askUndo = (token: string, undoToken: string) =>
  api.ask('mutation ($token: UUID!) { undoChange(input: { undoToken: $token }) { result } }', {
    token,
    variables: { token: undoToken },
  });

export const undo = async ({ token }: Person, undoToken: string): Promise<number> =>
  (await askUndo(token, undoToken)).data.undoChange.result;

export const badge = async ({ token }: Person): Promise<number> =>
  (await api.ask('{ unreadCount }', { token })).data.unreadCount;

export const inADay = () => new Date(Date.now() + 86_400_000).toISOString();

export const everywhere = { places: ['inbox', 'snoozed', 'archived'] };

/** Which columns are set, of each row. */
export const marksOf = async ({ id }: Person) =>
  (await inboxRows(db, id)).map(({ id: _, thread_id: __, ...marks }) =>
    Object.entries(marks)
      .filter(([, at]) => at !== null)
      .map(([name]) => name.replace(/_(at|until)$/, ''))
      .join(' '),
  );
