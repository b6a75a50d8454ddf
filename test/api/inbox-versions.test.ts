import { describe, expect, test } from 'vitest';
import { readSources } from '../../scripts/rooms.ts';
import type { Client } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { one } from '../support/one.ts';
import { change, db, inADay, makePerson, type Person, undo } from './inbox-changes-world.ts';

const versionsOf = async ({ id }: Person) =>
  (
    await db.owner.query<{ version: string }>(
      'select changed_xid::text as version from notify.notifications where recipient_id = $1 order by id',
      [id],
    )
  ).rows.map(({ version }) => BigInt(version));

describe('NC-40: a notification has a version that grows with each change', () => {
  test('a new one the transaction that made it', async () => {
    const ada = await makePerson();
    const before = BigInt(await one<string>(db.owner, 'select pg_current_xact_id()::text'));
    await makeNotifications(db, ada.id, [{}, {}]);
    const [first, second] = await versionsOf(ada);
    expect(first).toBe(second);
    expect(first).toBeGreaterThan(before);
  });

  test('every change and its undoing give a higher one, to what they touch and to nothing else', async () => {
    const ada = await makePerson();
    const [id] = await makeNotifications(db, ada.id, [{}, {}]);
    const [, untouched] = await versionsOf(ada);
    const touch = async (action: string, until?: string) => {
      const [before = 0n] = await versionsOf(ada);
      const { changed, undoToken } = await change(ada, action, { notificationIds: [id], ...(until && { until }) });
      expect(changed).toBe(1);
      const [after] = await versionsOf(ada);
      expect(after, action).toBeGreaterThan(before);
      return undoToken;
    };
    for (const action of ['seen', 'read', 'unread', 'archive', 'unarchive']) await touch(action);
    await touch('snooze', inADay());
    const token = await touch('delete');
    const [deleted = 0n] = await versionsOf(ada);
    expect(await undo(ada, token)).toBe(1);
    const [undone, other] = await versionsOf(ada);
    expect(undone).toBeGreaterThan(deleted);
    expect(other).toBe(untouched);
  });

  test('a change whose transaction began earlier has a higher one all the same', async () => {
    const ada = await makePerson();
    const [id] = await makeNotifications(db, ada.id, [{}]);
    const archive = (client: Client) =>
      client.query(`select notify.change_notifications('archive', array[$1]::uuid[])`, [id]);
    const versions = await db.asUser(
      ada.id,
      async (early) => {
        const own = BigInt(await one<string>(early, 'select pg_current_xact_id()::text'));
        await change(ada, 'read', { notificationIds: [id] });
        const [read] = await versionsOf(ada);
        await archive(early);
        return { own, read };
      },
      { commit: true },
    );
    expect(versions.read).toBeGreaterThan(versions.own);
    expect((await versionsOf(ada))[0]).toBeGreaterThan(versions.read ?? 0n);
  });

  test('what changes nothing leaves it', async () => {
    const ada = await makePerson();
    const [id] = await makeNotifications(db, ada.id, [{}]);
    await change(ada, 'read', { notificationIds: [id] });
    const before = await versionsOf(ada);
    expect(await change(ada, 'read', { notificationIds: [id] })).toMatchObject({ changed: 0 });
    expect(await versionsOf(ada)).toEqual(before);
  });

  test('no function of ours updates notifications without it, erasing included', async () => {
    const updates = (await readSources()).flatMap(({ path, text }) =>
      [...text.matchAll(/update notify\.notifications\b[\s\S]*?\bset\b([\s\S]*?)\b(?:from|where)\b/g)].map(
        ([, set = '']) => ({
          path,
          isVersioned: set.includes('changed_xid = notify_private.next_version(n.changed_xid)'),
        }),
      ),
    );
    expect(updates.length).toBeGreaterThanOrEqual(5);
    expect(updates.filter(({ isVersioned }) => !isVersioned)).toEqual([]);
    const { rows } = await db.owner.query(
      `select changes ->> 'changed_xid' as version from notify_private.all_personal_data()
       where table_name = 'notify.notifications' and on_erasure = 'change'`,
    );
    expect(rows).toEqual([{ version: 'notify_private.next_version(r.changed_xid)' }]);
  });
});
