import { describe, expect, test } from 'vitest';
import { makeHistory, makePastMonth, partitionsOf } from '../privacy/months.ts';
import type { Client } from '../support/database.ts';
import { makeType, planDue, tell } from '../support/engine-pack.ts';
import { inboxRows, makeNotifications } from '../support/inbox.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { ask, badge, change, db, everywhere, makePerson, marksOf, type Person, undo } from './inbox-changes-world.ts';

/** How many wait for this client's locks, or for somebody who does. */
async function waiting(client: Client): Promise<number> {
  const pid = await one<number>(client as never, 'select pg_backend_pid()');
  return one(
    db.owner,
    `with recursive waits (pid) as (
       select $1::integer union select a.pid from pg_stat_activity as a, waits as w
       where a.datname = current_database() and w.pid = any (pg_blocking_pids(a.pid))
     ) select count(*)::integer - 1 from waits`,
    [pid],
  );
}

const act = (client: Client, action: string, filter = '(,,,,,,,,)') =>
  one<number>(
    client as never,
    'select changed from notify.change_notifications($1, filter => $2::text::notify.inbox_filter)',
    [action, filter],
  );

/** Two notifications, the older of which lies behind the newer on disk, where it would be come upon later. */
async function makeReversed({ id }: Person, body = 'A body'): Promise<[string, string]> {
  const [first = '', second] = await makeNotifications(db, id, [{ body }, { body }]);
  const older = await one<string>(
    db.owner,
    `update notify.notifications set id = uuidv7(interval '-1 second') where id = $1 returning id`,
    [second],
  );
  return [older, first];
}

describe('NC-4: at once with others', () => {
  test('NC-4: opposite changes of two devices take turns: all is as the one or the other left it', async () => {
    const ada = await makePerson();
    await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 300 }, () => ({})),
    );
    for (const [one, other] of [
      ['archive', 'unarchive'],
      ['read', 'unread'],
    ] as const) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => ask(ada.token, n % 2 ? one : other, { filter: everywhere })),
      );
      expect(answers.flatMap(({ codes }) => codes)).toEqual([]);
      expect(new Set(await marksOf(ada)).size).toBe(1);
      for (const { data } of answers) expect([0, 300]).toContain(data.changeNotifications.result.changed);
    }
  });

  test('NC-4: the second finds what the first left', async () => {
    const ada = await makePerson();
    await makeNotifications(db, ada.id, [{}, {}]);
    let second: ReturnType<typeof change> | undefined;
    await db.asUser(
      ada.id,
      async (first) => {
        expect(await act(first, 'archive')).toBe(2);
        second = change(ada, 'read', { filter: {} });
        await until('the second waits', async () => (await waiting(first)) > 0);
      },
      { commit: true },
    );
    expect(await second).toMatchObject({ changed: 0 });
  });

  test('NC-4: what arrives meanwhile is not touched', async () => {
    const ada = await makePerson();
    const [first] = await makeNotifications(db, ada.id, [{}, {}]);
    let changing: ReturnType<typeof change> | undefined;
    await db.asOwner(async (holder) => {
      await holder.query('select from notify.notifications where id = $1 for update', [first]);
      changing = change(ada, 'delete', { filter: {} });
      await until('it has looked', async () => (await waiting(holder)) > 0);
      await makeNotifications(db, ada.id, [{}]);
    });
    expect(await changing).toMatchObject({ changed: 2 });
    expect(await marksOf(ada)).toEqual(['deleted', 'deleted', '']);
  });

  test('NC-4: planning for a person goes on while a change of theirs is under way', async () => {
    const ada = await makePerson();
    await makeNotifications(db, ada.id, [{}]);
    const typeKey = await makeType(db, { channels: ['in_app'], defaultChannels: ['in_app'] });
    await db.asUser(ada.id, async (user) => {
      expect(await act(user, 'read')).toBe(1);
      await tell(db, typeKey, [ada.id]);
      await planDue(db);
      expect(
        await one(db.owner, 'select count(*)::integer from notify.notifications where recipient_id = $1', [ada.id]),
      ).toBe(2);
    });
    expect(await badge(ada)).toBe(2);
  });

  test('NC-4: what is being told is not waited for, neither by filter nor by id', async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(db, ada.id, [{}, {}, { isTold: false }]);
    await db.asOwner(
      async (teller) => {
        await teller.query('update notify.notifications set told_at = now() where id = $1', [ids[2]]);
        expect(await change(ada, 'read', { filter: {} })).toMatchObject({ changed: 2 });
        expect(await change(ada, 'archive', { notificationIds: ids })).toMatchObject({ changed: 2 });
      },
      { commit: true },
    );
    expect(await marksOf(ada)).toEqual(['seen read archived', 'seen read archived', '']);
  });

  test('NC-4: retention does not wait for a change, nor does undo for what retention took', async () => {
    const ada = await makePerson();
    const month = await makePastMonth(db, 16);
    await makeHistory(db, month, [ada.id]);
    await makeNotifications(db, ada.id, [{}]);
    const retention = () => one(db.worker, 'call notify_private.apply_retention(null)');
    const partitions = async () => (await partitionsOf(db, month)).filter((name) => name === `notifications_${month}`);
    let undoToken = '';
    await db.asUser(
      ada.id,
      async (user) => {
        undoToken = await one(
          user as never,
          `select undo_token from notify.change_notifications('read', filter => '(,,,,,,,,)'::notify.inbox_filter)`,
        );
        await retention();
        expect(await partitions()).toHaveLength(1);
      },
      { commit: true },
    );
    await until('the month is gone', async () => {
      await retention();
      return (await partitions()).length === 0;
    });
    expect(await undo(ada, undoToken)).toBe(1);
    expect(await marksOf(ada)).toEqual(['']);
  });

  test('NC-4: locks in the order of ids, as an erasure of somebody they name does', async () => {
    const ada = await makePerson();
    const bob = await one<string>(db.owner, `insert into notify.users (name) values ('Zauberwald') returning id`);
    const [oldest, newest] = await makeReversed(ada, 'Zauberwald');
    await db.owner.query('update notify.notifications set actor_id = $2 where recipient_id = $1', [ada.id, bob]);
    const erase = () =>
      db.asOperator(async (operator) => {
        // However the rows are found.
        await operator.query('set local enable_indexscan = off');
        await operator.query(`select notify.erase_person($1, 'person_request', $1)`, [bob]);
      });
    for (const work of [erase, () => change(ada, 'read', { filter: everywhere })]) {
      let working: Promise<unknown> | undefined;
      await db.asOwner(async (holder) => {
        await holder.query('select from notify.notifications where id = $1 for update', [oldest]);
        working = work();
        // Rejections are looked at below.
        working.catch(() => {});
        await until('it waits', async () => (await waiting(holder)) > 0);
        // It would wait for us, and we for it.
        await holder.query('select from notify.notifications where id = $1 for update', [newest]);
      });
      await working;
    }
    expect(await marksOf(ada)).toEqual(['seen read', 'seen read']);
  });

  test('NC-4: an erasure of the person themselves waits for their change, and takes the undo with it', async () => {
    const ada = await makePerson();
    const [oldest] = await makeReversed(ada);
    let changing: ReturnType<typeof change> | undefined;
    let erasing: Promise<unknown> | undefined;
    await db.asOwner(async (holder) => {
      await holder.query('select from notify.notifications where id = $1 for update', [oldest]);
      changing = change(ada, 'archive', { filter: {} });
      await until('the change waits for us', async () => (await waiting(holder)) === 1);
      erasing = db.asOperator(
        (operator) => operator.query(`select notify.erase_person($1, 'person_request', $1)`, [ada.id]),
        { commit: true },
      );
      await until('the erasure waits, too', async () => (await waiting(holder)) === 2);
    });
    expect(await changing).toMatchObject({ changed: 2 });
    await erasing;
    expect(await inboxRows(db, ada.id)).toEqual([]);
    expect(
      await one(db.owner, 'select count(*)::integer from notify_private.inbox_changes where user_id = $1', [ada.id]),
    ).toBe(0);
    expect(await change(ada, 'read', { filter: {} })).toMatchObject({ changed: 0 });
  });
});
