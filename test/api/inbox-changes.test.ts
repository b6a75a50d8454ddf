import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { inboxRows, makeNotifications } from '../support/inbox.ts';
import { one } from '../support/one.ts';
import {
  api,
  ask,
  askUndo,
  badge,
  change,
  changing,
  db,
  everywhere,
  inADay,
  makePerson,
  marksOf,
  undo,
} from './inbox-changes-world.ts';

describe('NC-4: one call changes one, many or all that match', () => {
  test.each([
    ['seen', [], ['seen', 'seen', '']],
    ['read', [], ['seen read', 'seen read', '']],
    ['unread', ['read'], ['seen', 'seen', '']],
    ['archive', [], ['archived', 'archived', '']],
    ['unarchive', ['archive'], ['', '', '']],
    ['delete', [], ['deleted', 'deleted', '']],
    ['snooze', ['read', 'archive'], ['seen snoozed', 'seen snoozed', '']],
    ['unsnooze', ['snooze'], ['', '', '']],
  ])("NC-4: %s, by ids: one's own alone, once, and says how many", async (action, before, after) => {
    const ada = await makePerson();
    const bob = await makePerson();
    const ids = (await makeNotifications(db, ada.id, [{}, {}, {}])).slice(0, 2);
    for (const first of before)
      await change(ada, first, { notificationIds: ids, ...(first === 'snooze' && { until: inADay() }) });
    const what = { notificationIds: [...ids, ids[0], randomUUID()], ...(action === 'snooze' && { until: inADay() }) };
    const found = await inboxRows(db, ada.id);
    expect(await change(bob, action, what)).toEqual({ changed: 0, undoToken: null, undoUntil: null });
    expect(await inboxRows(db, ada.id)).toEqual(found);
    expect(await change(ada, action, what)).toMatchObject({ changed: 2 });
    expect(await marksOf(ada)).toEqual(after);
    // The first time stands.
    const changed = await inboxRows(db, ada.id);
    expect(await change(ada, action, what)).toEqual({ changed: 0, undoToken: null, undoUntil: null });
    expect(await inboxRows(db, ada.id)).toEqual(changed);
  });

  test('NC-4: by filter: what the list finds, all of it, nothing else', async () => {
    const ada = await makePerson();
    const bob = await makePerson();
    const ids = await makeNotifications(db, ada.id, [
      ...Array.from({ length: 600 }, (_, n) => ({ threadId: `t${n % 3}` })),
      { threadId: 't1', isTold: false },
    ]);
    await makeNotifications(db, bob.id, [{ threadId: 't1' }]);
    await change(ada, 'archive', { notificationIds: ids.slice(0, 30) });
    expect(await change(ada, 'read', { filter: { threadId: 't1' } })).toMatchObject({ changed: 190 });
    expect(await change(ada, 'read', { filter: { threadId: 't1', ...everywhere } })).toMatchObject({ changed: 10 });
    expect(await change(ada, 'delete', { filter: { read: true, ...everywhere } })).toMatchObject({ changed: 200 });
    const marks = (await inboxRows(db, ada.id)).map((row, n) => row.deleted_at !== null && n % 3 === 1);
    expect(marks.filter(Boolean)).toHaveLength(200);
    // An empty filter is the whole inbox.
    expect(await change(ada, 'archive', { filter: {} })).toMatchObject({ changed: 380 });
    expect(await badge(ada)).toBe(0);
    expect(await marksOf(bob)).toEqual(['']);
    expect(await badge(bob)).toBe(1);
    // What nobody was told yet is no matter of theirs, by id neither.
    expect((await marksOf(ada)).at(-1)).toBe('');
    expect(await change(ada, 'read', { notificationIds: ids.slice(-1) })).toMatchObject({ changed: 0 });
  });

  test.each([
    ['"$action"', 'shred', { notificationIds: [randomUUID()] }],
    ['filter', 'read', {}],
    ['filter', 'read', { notificationIds: [randomUUID()], filter: {} }],
    ['places[0]', 'read', { filter: { places: ['attic'] } }],
    ['until', 'snooze', { filter: {} }],
    ['until', 'read', { filter: {}, until: inADay() }],
    ['until', 'snooze', { filter: {}, until: '2020-01-01T00:00:00Z' }],
    ['until', 'snooze', { filter: {}, until: new Date(Date.now() + 367 * 86_400_000).toISOString() }],
  ])('NC-4: what is wrong is named: %s (%s, %j)', async (field, action, what) => {
    const ada = await makePerson();
    await makeNotifications(db, ada.id, [{}]);
    const { codes, errors } = await ask(ada.token, action, what);
    expect(codes).toEqual(['INVALID_INPUT']);
    expect(errors[0]?.extensions.field ?? errors[0]?.message).toContain(field);
    expect(await marksOf(ada)).toEqual(['']);
  });

  test('NC-4: not without a token, nor more than 500 ids', async () => {
    const what = { notificationIds: Array.from({ length: 501 }, () => randomUUID()) };
    expect((await api.ask(changing, { variables: { action: 'read', ...what } })).codes).toEqual(['UNAUTHENTICATED']);
    const ada = await makePerson();
    expect((await ask(ada.token, 'read', what)).codes).toEqual(['TOO_LARGE']);
    expect((await ask(ada.token, 'read', { notificationIds: what.notificationIds.slice(1) })).errors).toEqual([]);
  });

  test('NC-4: markAllRead reads all there is, wherever it is', async () => {
    const ada = await makePerson();
    const [first, second] = await makeNotifications(db, ada.id, [{}, {}, {}]);
    await change(ada, 'archive', { notificationIds: [first] });
    await change(ada, 'snooze', { notificationIds: [second], until: inADay() });
    const { data } = await api.ask('mutation { markAllRead(input: {}) { result } }', { token: ada.token });
    expect(data.markAllRead.result).toBe(3);
    expect(await marksOf(ada)).toEqual(['seen read archived', 'seen read snoozed', 'seen read']);
  });
});

describe('NC-4: snooze', () => {
  test('NC-4: is out of the inbox and the badge, and back by itself, unread', async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(db, ada.id, [{}, {}]);
    await change(ada, 'read', { filter: {} });
    await change(ada, 'snooze', { notificationIds: ids.slice(0, 1), until: inADay() });
    expect(await badge(ada)).toBe(0);
    expect(await change(ada, 'archive', { filter: { read: false } })).toMatchObject({ changed: 0 });
    // The day passes.
    await db.owner.query(`update notify.notifications set snoozed_until = now() - interval '1 second' where id = $1`, [
      ids[0],
    ]);
    expect(await badge(ada)).toBe(1);
    expect(await change(ada, 'unsnooze', { filter: everywhere })).toMatchObject({ changed: 0 });
  });
});

describe('NC-4: undo', () => {
  test('NC-4: puts back what the change found, to the microsecond; twice is harmless', async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(db, ada.id, [{}, {}, {}, {}, {}]);
    await change(ada, 'read', { notificationIds: ids.slice(0, 2) });
    await change(ada, 'archive', { notificationIds: ids.slice(1, 3) });
    await change(ada, 'snooze', { notificationIds: ids.slice(3, 4), until: inADay() });
    await change(ada, 'seen', { notificationIds: ids.slice(4) });
    const found = await inboxRows(db, ada.id);
    for (const action of ['read', 'unread', 'archive', 'unarchive', 'delete', 'snooze', 'unsnooze']) {
      const filter = everywhere;
      const { changed, undoToken } = await change(ada, action, {
        filter,
        ...(action === 'snooze' && { until: inADay() }),
      });
      expect(changed).toBeGreaterThan(0);
      expect(await inboxRows(db, ada.id)).not.toEqual(found);
      expect([action, await undo(ada, undoToken)]).toEqual([action, changed]);
      expect(await inboxRows(db, ada.id)).toEqual(found);
      expect(await undo(ada, undoToken)).toBe(0);
      expect(await inboxRows(db, ada.id)).toEqual(found);
    }
  });

  test('NC-4: leaves alone what was changed again since, and is undone from the last to the first', async () => {
    const ada = await makePerson();
    const [first] = await makeNotifications(db, ada.id, [{}, {}, {}]);
    const all = await change(ada, 'read', { filter: {} });
    // Back to where it was, and yet changed since.
    await change(ada, 'unread', { notificationIds: [first] });
    const again = await change(ada, 'read', { notificationIds: [first] });
    expect(await undo(ada, all.undoToken)).toBe(2);
    expect(await marksOf(ada)).toEqual(['seen read', '', '']);
    expect(await undo(ada, again.undoToken)).toBe(1);
    expect(await marksOf(ada)).toEqual(['seen', '', '']);
    // What was shown in between was seen.
    const archived = await change(ada, 'archive', { filter: {} });
    await change(ada, 'seen', { filter: everywhere });
    expect(await undo(ada, archived.undoToken)).toBe(3);
    expect(await marksOf(ada)).toEqual(['seen', 'seen', 'seen']);
  });

  test("NC-4: another's token is as unknown; an old one is too old, whosever it is", async () => {
    const ada = await makePerson();
    const bob = await makePerson();
    await makeNotifications(db, ada.id, [{}]);
    const { undoToken } = await change(ada, 'delete', { filter: {} });
    const foreign = await askUndo(bob.token, undoToken);
    const unknown = await askUndo(bob.token, await one<string>(db.owner, 'select uuidv7()'));
    expect(foreign.codes).toEqual(['NOT_FOUND']);
    expect(foreign.errors).toEqual(unknown.errors);
    expect((await api.ask(`mutation { undoChange(input: { undoToken: "${undoToken}" }) { result } }`)).codes).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect(await marksOf(ada)).toEqual(['deleted']);
    expect(await undo(ada, undoToken)).toBe(1);

    const later = await change(ada, 'delete', { filter: {} });
    const old = await one<string>(
      db.owner,
      `update notify_private.inbox_changes set id = uuidv7(interval '-601 seconds'), changed_at = changed_at - interval '601 seconds'
       where id = $1 returning id`,
      [later.undoToken],
    );
    for (const person of [ada, bob]) expect((await askUndo(person.token, old)).codes).toEqual(['CONFLICT']);
    expect(await one(db.worker, 'select notify_private.expire_keys()')).toBeDefined();
    expect(await one(db.owner, 'select count(*)::integer from notify_private.inbox_changes where id = $1', [old])).toBe(
      0,
    );
    expect((await askUndo(ada.token, old)).codes).toEqual(['CONFLICT']);
    expect(await marksOf(ada)).toEqual(['deleted']);
  });

  test('NC-4: is one row, however many the change touched', async () => {
    const ada = await makePerson();
    await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 2_000 }, () => ({})),
    );
    const { changed, undoToken } = await change(ada, 'read', { filter: {} });
    const kept = 'select count(*)::integer from notify_private.inbox_changes where user_id = $1';
    expect([changed, await one(db.owner, kept, [ada.id])]).toEqual([2_000, 1]);
    expect(await undo(ada, undoToken)).toBe(2_000);
    expect(await one(db.owner, kept, [ada.id])).toBe(1);
  });
});
