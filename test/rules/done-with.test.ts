// Over 300 lines: one rule, and each way in which something waits and is done with.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { closeDue, digestsOf } from '../support/digests.ts';
import {
  decisionOf,
  forget,
  installPack,
  makePerson,
  makeType,
  planDue,
  releaseDue,
  type TypeOptions,
  tell,
} from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
  await db.owner.query(`
    insert into notify.fallbacks values ('done_sent', 'where the push failed'), ('done_clicked', 'where nobody clicked');
    insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
      ('done_sent', 1, '{push}', null, 'sent'), ('done_sent', 2, '{sms}', null, 'sent'),
      ('done_clicked', 1, '{push}', '30 seconds', 'clicked'), ('done_clicked', 2, '{sms}', null, 'sent')`);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(async () => {
  await forget(db);
  await db.owner.query('truncate notify.personal_settings, notify.preferences');
});

let numbers = 0;
const makeAda = () =>
  makePerson(db, { email: `done-${crypto.randomUUID()}@example.com`, phone: `+1500557${1_000 + numbers++}` });
const daily = (channels = ['email', 'in_app'], options: TypeOptions = {}) =>
  makeType(db, { channels, defaultFrequency: 'daily', ...options });
async function told(type: string, ada: string, data: Record<string, unknown> = {}): Promise<string> {
  const event = await tell(db, type, [ada], data);
  await planDue(db);
  return event;
}
const idOf = (event: string) =>
  one<string>(db.owner, 'select id from notify.notifications where event_id = $1', [event]);
const ask = async (ada: string, query: string, variables: Record<string, unknown> = {}) => {
  const answer = await api.ask(query, { token: await signToken(ada), variables });
  expect(answer.errors).toEqual([]);
  return answer.data;
};
/** What somebody does in their inbox, by the API; the token that undoes it. */
const act = async (ada: string, action: string, ...events: string[]): Promise<string> =>
  (
    await ask(
      ada,
      `mutation ($action: InboxAction!, $ids: [UUID!]!, $until: Datetime) {
         changeNotifications(input: { action: $action, notificationIds: $ids, until: $until }) { result { undoToken } }
       }`,
      {
        action,
        ids: await Promise.all(events.map(idOf)),
        until: action === 'snooze' ? new Date(Date.now() + 3_600_000).toISOString() : null,
      },
    )
  ).changeNotifications.result.undoToken;
const close = async () => {
  await db.owner.query('update notify.digests set due_at = now() where closed_at is null');
  await closeDue(db);
};
const pause = (ada: string) =>
  db.owner.query(
    `insert into notify.personal_settings (user_id, paused_until) values ($1, now() + interval '1 hour')`,
    [ada],
  );
const release = async () => {
  await db.owner.query('truncate notify.personal_settings');
  await db.owner.query('update notify.holds set due_at = now() where released_at is null');
  for (const lane of ['urgent', 'bulk'] as const) await releaseDue(db, lane);
};
const withSettings = async (set: string, run: () => Promise<void>) => {
  await db.owner.query(`update notify.settings set ${set}`);
  try {
    await run();
  } finally {
    await db.owner.query(`update notify.settings set leave_out_deleted = default, leave_out_read = default,
      read_ends_channels = default, daily_cap = default`);
  }
};

describe('W10 a digest', () => {
  test('W10: leaves out what was read, archived or deleted before it closes, and tells what was not', async () => {
    const type = await daily();
    const ada = await makeAda();
    const [read, gone, archived, seen, snoozed, undone] = await Promise.all(
      Array.from({ length: 6 }, () => told(type, ada)),
    );
    await act(ada, 'read', read as string);
    await act(ada, 'delete', gone as string);
    await act(ada, 'archive', archived as string);
    await act(ada, 'seen', seen as string);
    await act(ada, 'snooze', snoozed as string);
    await ask(ada, 'mutation ($t: UUID!) { undoChange(input: { undoToken: $t }) { result } }', {
      t: await act(ada, 'delete', undone as string),
    });
    await close();
    const said = async (event: string | undefined) => decisionOf(db, event as string, 'email');
    expect([await said(read), await said(gone), await said(archived)]).toEqual([
      'inbox: seen',
      'inbox: deleted',
      'inbox: seen',
    ]);
    const [digest] = await digestsOf(db, ada);
    expect(digest?.itemCount).toBe(3);
    expect(digest?.items.filter(({ position }) => position !== null).map(({ eventId }) => eventId)).toEqual(
      [seen, snoozed, undone].sort(),
    );
    expect(new Set(digest?.items.flatMap(({ leftOut }) => leftOut ?? []))).toEqual(new Set(['inbox']));
    // The mail says no more than that.
    await planDue(db);
    expect(
      await one(db.owner, `select data ->> 'digestId' from notify.notifications where type_key = 'daily_digest'`),
    ).toBe(digest?.id);
  });

  test('W10: is not sent where nothing is left, by whatever way everything was read', async () => {
    const type = await daily(['push', 'email', 'in_app']);
    const ada = await makeAda();
    const ben = await makeAda();
    for (const person of [ada, ben]) await told(type, person);
    await ask(ada, 'mutation { markAllRead(input: {}) { result } }');
    // A click on another channel.
    await db.owner.query(
      'update notify.notifications set seen_at = now(), clicked_at = now() where recipient_id = $1',
      [ben],
    );
    await close();
    for (const person of [ada, ben])
      expect((await digestsOf(db, person)).map(({ itemCount, eventId }) => [itemCount, eventId])).toEqual([
        [0, null],
        [0, null],
      ]);
    expect(await one(db.owner, `select count(*)::integer from notify.events where type_key like '%_digest'`)).toBe(0);
  });

  test('W10: has all of it where the settings say so', async () => {
    const type = await daily();
    await withSettings('leave_out_deleted = false, leave_out_read = false', async () => {
      const ada = await makeAda();
      const [read, gone] = [await told(type, ada), await told(type, ada)];
      await act(ada, 'read', read);
      await act(ada, 'delete', gone);
      await close();
      expect((await digestsOf(db, ada))[0]?.itemCount).toBe(2);
    });
  });

  test('W10: what it left out keeps its key, and its fallback goes on as if it had been told', async () => {
    const type = await daily(['push', 'sms', 'in_app'], { dedupeKey: 'done:{Key}', fallbackKey: 'done_sent' });
    const ada = await makeAda();
    const event = await told(type, ada, { variables: { Key: 'a' } });
    await act(ada, 'read', event);
    await close();
    expect([await decisionOf(db, event), await decisionOf(db, event, 'sms')]).toEqual([
      'inbox: seen',
      'fallback: not_needed',
    ]);
    expect(await decisionOf(db, await told(type, ada, { variables: { Key: 'a' } }))).toBe('dedupe: already_sent');
  });
});

describe('W10 what is held', () => {
  const everywhere = ['push', 'email', 'in_app'];
  test('W10: by a pause ends on all channels once it was deleted, and its push once it was read', async () => {
    const type = await makeType(db, { channels: everywhere });
    const ada = await makeAda();
    await pause(ada);
    const [read, gone, unread] = [await told(type, ada), await told(type, ada), await told(type, ada)];
    await act(ada, 'read', read);
    await act(ada, 'delete', gone);
    await release();
    const said = (event: string) => Promise.all(['push', 'email'].map((channel) => decisionOf(db, event, channel)));
    expect(await said(gone)).toEqual(['inbox: deleted', 'inbox: deleted']);
    expect((await said(read))[0]).toBe('inbox: seen');
    expect((await said(read))[1]).not.toMatch(/^inbox/);
    expect((await said(unread))[0]).toBe('send');
    expect(
      await one(
        db.owner,
        `select count(*)::integer from notify.deliveries where channel = 'push' and recipient_id = $1`,
        [ada],
      ),
    ).toBe(1);
    const because = await db.asUser(
      ada,
      async (client) =>
        (
          await client.query(`select because from notify.explain($1) where rule = 'inbox' and verdict = 'suppressed'`, [
            gone,
          ])
        ).rows,
    );
    expect(because).toHaveLength(2);
  });

  test('W10: by the cap ends as well, and takes neither room nor key from others', async () => {
    await withSettings('daily_cap = 1', async () => {
      const type = await makeType(db, { channels: everywhere, capExcess: 'defer', dedupeKey: 'done:{Key}' });
      const ada = await makeAda();
      await told(type, ada, { variables: { Key: 'first' } });
      const [read, gone] = [
        await told(type, ada, { variables: { Key: 'a' } }),
        await told(type, ada, { variables: { Key: 'b' } }),
      ];
      expect(await decisionOf(db, read)).toBe('daily_cap: cap_reached');
      await act(ada, 'read', read);
      await act(ada, 'delete', gone);
      await release();
      expect([await decisionOf(db, read), await decisionOf(db, gone)]).toEqual(['inbox: seen', 'inbox: deleted']);
      expect(await decisionOf(db, await told(type, ada, { variables: { Key: 'a' } }))).toBe('dedupe: already_sent');
      expect(
        await one(db.owner, `select sum(count)::integer from notify_private.daily_counters where channel = 'push'`),
      ).toBe(1);
    });
  });

  test('W10: is told where the settings say so, or where it was undone', async () => {
    const type = await makeType(db, { channels: everywhere });
    const ada = await makeAda();
    await pause(ada);
    const undone = await told(type, ada);
    const token = await act(ada, 'delete', undone);
    await ask(ada, 'mutation ($t: UUID!) { undoChange(input: { undoToken: $t }) { result } }', { t: token });
    await release();
    expect(await decisionOf(db, undone)).toBe('send');
    await withSettings(`leave_out_deleted = false, read_ends_channels = '{email}'`, async () => {
      const ben = await makeAda();
      await pause(ben);
      const event = await told(type, ben);
      await act(ben, 'read', event);
      await release();
      expect([await decisionOf(db, event), await decisionOf(db, event, 'email')]).toEqual(['send', 'inbox: seen']);
      const cem = await makeAda();
      await pause(cem);
      const gone = await told(type, cem);
      await act(cem, 'delete', gone);
      await release();
      // Deleted is read, at least.
      expect([await decisionOf(db, gone), await decisionOf(db, gone, 'email')]).toEqual(['send', 'inbox: seen']);
    });
  });

  test.each([
    ['done_sent', 'read', 'fallback: not_needed'],
    ['done_sent', 'delete', 'inbox: deleted'],
    ['done_clicked', 'read', 'send'],
    ['done_clicked', 'delete', 'inbox: deleted'],
  ])('W10: a later step of %s, of what was %s, ends as %s', async (fallbackKey, action, expected) => {
    for (const priority of ['P0', 'P1'] as const) {
      const type = await makeType(db, { channels: ['push', 'sms', 'in_app'], fallbackKey, priority });
      const ada = await makeAda();
      const event = await told(type, ada);
      await act(ada, action, event);
      // The push fails now.
      await db.owner.query(
        `with ended as (
           update notify.deliveries set status = 'failed', reason = 'invalid_token', due_at = null, finished_at = now()
           where recipient_id = $1 and channel = 'push' returning id
         ) select notify_private.advance_awaited(array(select id from ended), now())`,
        [ada],
      );
      await release();
      expect(await decisionOf(db, event, 'sms')).toBe(expected);
    }
  });
});

describe('W10 what is tried again', () => {
  const claim = async (sender: keyof typeof senders, lane = 'bulk') =>
    (
      await db.owner.query(
        `with worker as (select notify_private.register_worker($2, 'h', 1, '{1,2,4,5}') as id)
         select d.delivery_id from worker as w, notify_private.claim_deliveries(uuidv7(), w.id, $1, $2) as d`,
        [senders[sender], lane],
      )
    ).rows.length;
  const failedOnce = (ada: string) =>
    db.owner.query(`update notify.deliveries set attempt = 1 where recipient_id = $1 and status = 'queued'`, [ada]);
  const inLine = (ada: string) =>
    db.owner.query(
      `update notify.deliveries set id = uuidv7(interval '-31 seconds') where recipient_id = $1 and status = 'queued'`,
      [ada],
    );
  const states = async (ada: string) =>
    (
      await db.owner.query<{ said: string }>(
        `select concat_ws(' ', channel, status, reason) as said from notify.deliveries
         where recipient_id = $1 and channel <> 'in_app' order by 1`,
        [ada],
      )
    ).rows.map(({ said }) => said);

  test.each([
    ['read', 'P1', ['email sending', 'push canceled seen']],
    ['archive', 'P1', ['email sending', 'push canceled seen']],
    ['delete', 'P1', ['email canceled deleted', 'push canceled deleted']],
    ['delete', 'P0', ['email canceled deleted', 'push canceled deleted']],
    ['read', 'P0', ['email sending', 'push sending']],
    ['seen', 'P1', ['email sending', 'push sending']],
  ] as const)('W10: of what was %s, of %s: %j', async (action, priority, expected) => {
    const type = await makeType(db, { channels: ['push', 'email', 'in_app'], priority });
    for (const wait of [failedOnce, inLine]) {
      const ada = await makeAda();
      const event = await told(type, ada);
      await wait(ada);
      await act(ada, action, event);
      for (const sender of ['apns', 'smtp'] as const) await claim(sender, priority === 'P0' ? 'urgent' : 'bulk');
      expect(await states(ada)).toEqual(expected);
    }
  });

  test('W10: what goes out at once is not asked, nor what was undone', async () => {
    const type = await makeType(db, { channels: ['push', 'in_app'] });
    const [ada, ben] = [await makeAda(), await makeAda()];
    await act(ada, 'delete', await told(type, ada));
    const token = await act(ben, 'delete', await told(type, ben));
    await failedOnce(ben);
    await ask(ben, 'mutation ($t: UUID!) { undoChange(input: { undoToken: $t }) { result } }', { t: token });
    expect(await claim('apns')).toBe(2);
  });
});

test('W10: the settings are changed by operators, and by nobody else', async () => {
  const input = '{ leaveOutDeleted: false, leaveOutRead: false, readEndsChannels: [push, email], note: "W10" }';
  const set = async (token: string, change = input) =>
    api.ask(
      `mutation { updateSettings(input: ${change}) { result { leaveOutDeleted leaveOutRead readEndsChannels } } }`,
      {
        token,
      },
    );
  const operator = await signToken(crypto.randomUUID(), { role: 'operator' });
  expect((await set(operator)).data.updateSettings.result).toEqual({
    leaveOutDeleted: false,
    leaveOutRead: false,
    readEndsChannels: ['push', 'email'],
  });
  await set(operator, '{ leaveOutDeleted: true, leaveOutRead: true, readEndsChannels: [push] }');
  expect((await set(operator, '{ readEndsChannels: [in_app] }')).errors[0]?.message).toMatch(/readEndsChannels/);
  expect((await set(await signToken(await makeAda()))).errors).not.toEqual([]);
});
