import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, installPack, makePerson, makeType, planDue, releaseDue, tell } from '../support/engine-pack.ts';
import { connectLive, inboxChanged, type LiveSocket } from '../support/live.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`update notify.settings set attention_channels = '{push}'`);
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

/** What a client says with its ping. */
const ping = ({ socket }: LiveSocket, payload?: unknown) => socket.send(JSON.stringify({ type: 'ping', payload }));
const secondsLeft = (person: string) =>
  one<number | null>(
    db.owner,
    `select (select extract(epoch from until - clock_timestamp()) from notify_private.attention where user_id = $1)`,
    [person],
  ).then((left) => (left === null ? null : Number(left)));

describe('NC-40: presence', () => {
  test('no push of what one sees on the screen: the ping says so, the frame shows it, and the push is left out', async () => {
    const type = await makeType(db, { channels: ['push', 'in_app'] });
    const [ada, ben] = [await makePerson(db), await makePerson(db)];
    const token = await signToken(ada);
    const live = await connectLive(api, token);
    const inbox = live.subscribe(inboxChanged);
    await inbox.frame('the first frame', () => true);
    ping(live, { attention: 'inbox' });
    await until('it is known', () => secondsLeft(ada));
    const event = await tell(db, type, [ada, ben]);
    await planDue(db);
    const { rows } = await db.owner.query(
      `select recipient_id, reason from notify.decisions where event_id = $1 and channel = 'push'`,
      [event],
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { recipient_id: ada, reason: 'looking' },
        { recipient_id: ben, reason: null },
      ]),
    );
    const { items } = await inbox.frame('it is on the screen', (frame) => frame.items.length > 0);
    await api.ask('mutation ($ids: [UUID!]!) { markSeen(input: { notificationIds: $ids }) { result } }', {
      token,
      variables: { ids: [items[0].id] },
    });
    await db.owner.query('update notify.holds set due_at = now() where released_at is null');
    await releaseDue(db);
    expect(
      await one(
        db.owner,
        `select rule || ' ' || reason from notify.decisions where event_id = $1 and recipient_id = $2 and channel = 'push'`,
        [event, ada],
      ),
    ).toBe('attention seen');
    await live.close();
  });

  test('another page, nothing, nonsense, and what an operator looks at do not count', async () => {
    const [ada, admin] = [await makePerson(db), await makePerson(db)];
    const [live, console] = [
      await connectLive(api, await signToken(ada)),
      await connectLive(api, await signToken(admin, { role: 'operator' })),
    ];
    for (const payload of [
      undefined,
      null,
      { attention: 'page' },
      { attention: 'away' },
      { attention: ['inbox'] },
      'inbox',
      { attention: 'INBOX' },
    ])
      ping(live, payload);
    ping(console, { attention: 'inbox' });
    // One that does count, later, on the same process.
    const ben = await makePerson(db);
    const his = await connectLive(api, await signToken(ben));
    ping(his, { attention: 'inbox' });
    await until('his is known', () => secondsLeft(ben));
    expect([await secondsLeft(ada), await secondsLeft(admin)]).toEqual([null, null]);
    expect(await secondsLeft(ben)).toBeGreaterThan(30);
    expect(await secondsLeft(ben)).toBeLessThanOrEqual(45);
    const type = await makeType(db, { channels: ['push', 'in_app'] });
    const event = await tell(db, type, [ada]);
    await planDue(db);
    expect(await decisionOf(db, event)).toBe('send');
    await Promise.all([live, console, his].map((socket) => socket.close()));
  });

  test('whatever clients say, it is written once in five seconds a person, and many people together', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => makePerson(db)));
    await db.owner.query(`
      create table if not exists engine_test.writes (at timestamptz not null default clock_timestamp(), people integer not null);
      create or replace function engine_test.count_writes() returns trigger language plpgsql as $$
      begin insert into engine_test.writes (people) select count(*) from changed having count(*) > 0; return null; end $$;
      create or replace trigger _900_test_inserted after insert on notify_private.attention
        referencing new table as changed for each statement execute function engine_test.count_writes();
      create or replace trigger _900_test_updated after update on notify_private.attention
        referencing new table as changed for each statement execute function engine_test.count_writes()`);
    const sockets = await Promise.all(people.map(async (person) => connectLive(api, await signToken(person))));
    for (let round = 0; round < 50; round++) for (const socket of sockets) ping(socket, { attention: 'inbox' });
    await until(
      'all are known',
      async () =>
        (await one<number>(
          db.owner,
          'select count(*)::integer from notify_private.attention where user_id = any ($1)',
          [people],
        )) === 20,
    );
    const { rows } = await db.owner.query<{ written: number; statements: number }>(
      'select sum(people)::integer as written, count(*)::integer as statements from engine_test.writes',
    );
    await db.owner.query(
      'drop trigger _900_test_inserted on notify_private.attention; drop trigger _900_test_updated on notify_private.attention',
    );
    expect(rows[0]?.written).toBe(20);
    expect(rows[0]?.statements).toBeLessThan(20);
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});
