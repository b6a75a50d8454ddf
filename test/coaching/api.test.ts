import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { freshPhone, makeCall, makeCoach, makeMember, makePreview } from './world.ts';

let db: TestDatabase;
let api: TestApi;
let coachId: string;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  coachId = await makeCoach(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const person = async (fields: { phone?: string } = {}) => {
  const id = await one<string>(db.owner, `insert into notify.users (name, phone) values ('Ada', $1) returning id`, [
    fields.phone ?? null,
  ]);
  return { id, token: await signToken(id) };
};
type Person = Awaited<ReturnType<typeof person>>;
async function ask(who: Person | null, query: string, variables: Record<string, unknown> = {}) {
  return api.ask(query, { ...(who && { token: who.token }), variables });
}
async function done(who: Person, query: string, variables: Record<string, unknown> = {}) {
  const answer = await ask(who, query, variables);
  expect(answer.errors).toEqual([]);
  return answer.data;
}
const fcm = () => `fcm-${randomBytes(24).toString('hex')}`;

const register = `mutation ($token: String!, $on: Boolean) {
  registerCoachingDevice(input: { provider: fcm, token: $token, pushEnabled: $on, platform: "Android 17" }) {
    result { userId pushEnabled }
  }
}`;
const update = `mutation ($pref: MemberNotificationPref, $lead: Int) {
  updateCoachingPreferences(input: { notificationPref: $pref, leadMinutes: $lead }) {
    result { userId notificationPref effectivePref leadMinutes }
  }
}`;

describe('CP-40 register a device: token, platform, push enabled', () => {
  test('at every app start: twice is once, and the last word on push holds', async () => {
    const ada = await person();
    const token = fcm();
    for (const on of [true, true, false, true]) {
      const data = await done(ada, register, { token, on });
      expect(data.registerCoachingDevice.result).toEqual({ userId: ada.id, pushEnabled: on });
    }
    const { rows } = await db.owner.query('select platform, deactivated_at from notify.devices where user_id = $1', [
      ada.id,
    ]);
    expect(rows).toEqual([{ platform: 'Android 17', deactivated_at: null }]);
  });

  test('push stays off where the app said so, whatever else is noted of the device', async () => {
    const ada = await person();
    const token = fcm();
    await done(ada, register, { token, on: false });
    await db.owner.query('update notify.devices set seen_at = now() where token = $1', [token]);
    const enabled = () => one(db.owner, 'select push_enabled from coaching.members where user_id = $1', [ada.id]);
    expect(await enabled()).toBe(false);
    await done(
      ada,
      `mutation ($token: String!) { registerDevice(input: { provider: fcm, token: $token }) { result { id } } }`,
      { token },
    );
    expect(await enabled()).toBe(true);
  });

  test("a person's own choice of channels outlives the next app start and another lead time", async () => {
    const ada = await person();
    await db.asUser(
      ada.id,
      (client) => client.query(`select notify.set_preference('coaching_preview', 'push', false)`),
      {
        commit: true,
      },
    );
    await done(ada, register, { token: fcm(), on: true });
    await done(ada, 'mutation { updateCoachingPreferences(input: { leadMinutes: 9 }) { result { leadMinutes } } }');
    const { rows } = await db.owner.query(
      'select channel, enabled, source from notify.preferences where user_id = $1',
      [ada.id],
    );
    expect(rows).toEqual([{ channel: 'push', enabled: false, source: 'person' }]);
  });

  test('a wrong token, nobody, and somebody unknown are refused', async () => {
    const ada = await person();
    expect((await ask(ada, register, { token: 'short' })).errors[0]).toMatchObject({
      message: expect.stringContaining('token:'),
      extensions: { code: 'INVALID_INPUT' },
    });
    expect((await ask(null, register, { token: fcm() })).errors.length).toBeGreaterThan(0);
    const nobody = { id: '', token: await signToken('00000000-0000-7000-8000-00000000dead') };
    expect((await ask(nobody, register, { token: fcm() })).codes).toEqual(['NOT_FOUND']);
  });
});

describe('CP-41 the preference and the lead time', () => {
  test('each by itself; what is not named stays', async () => {
    const ada = await person();
    expect((await done(ada, update, { pref: 'sms_only' })).updateCoachingPreferences.result).toEqual({
      userId: ada.id,
      notificationPref: 'sms_only',
      effectivePref: 'sms_only',
      leadMinutes: 5,
    });
    expect((await done(ada, update, { lead: 60 })).updateCoachingPreferences.result).toMatchObject({
      notificationPref: 'sms_only',
      leadMinutes: 60,
    });
    const { data } = await ask(ada, '{ me { coachingMember { userId leadMinutes } } }');
    expect(data.me.coachingMember).toEqual({ userId: ada.id, leadMinutes: 60 });
  });

  test.each([
    [{ lead: 0 }, 'leadMinutes: must be from 1 to 60'],
    [{ lead: 61 }, 'leadMinutes: must be from 1 to 60'],
    [{ pref: 'email' }, expect.stringMatching(/"email" does not exist in "MemberNotificationPref" enum/)],
  ])('%j is refused, saying what is wrong', async (variables, message) => {
    const ada = await person();
    expect((await ask(ada, update, variables)).errors).toMatchObject([
      { message, extensions: { code: 'INVALID_INPUT' } },
    ]);
    expect(await one(db.owner, 'select count(*)::integer from coaching.members where user_id = $1', [ada.id])).toBe(0);
  });

  test('premium members get path C where they chose none', async () => {
    const effective = (id: string) =>
      one(db.owner, 'select effective_pref from coaching.members where user_id = $1', [id]);
    expect(await effective((await makeMember(db, { premium: true })).id)).toBe('push_and_sms');
    expect(await effective((await makeMember(db)).id)).toBe('push_only');
    expect(await effective((await makeMember(db, { premium: true, pref: 'sms_only' })).id)).toBe('sms_only');
  });
});

describe('calls and schedules', () => {
  const schedule = `mutation ($coach: UUID!, $topic: String!, $at: Datetime!) {
    scheduleCall(input: { coachId: $coach, topicKey: $topic, scheduledAt: $at }) { result { id status scheduledAt previewDueAt } }
  }`;
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

  test('CP-1 CP-3 CP-4 a person schedules, moves and cancels their own calls', async () => {
    const [ada, ben] = [await person(), await person()];
    const made = (await done(ada, schedule, { coach: coachId, topic: 'mood_check', at: inHours(2) })).scheduleCall
      .result;
    expect(Date.parse(made.scheduledAt) - Date.parse(made.previewDueAt)).toBe(300_000);
    const move =
      'mutation ($id: UUID!, $at: Datetime!) { moveCall(input: { callId: $id, scheduledAt: $at }) { result { scheduledAt } } }';
    const at = inHours(3);
    expect(Date.parse((await done(ada, move, { id: made.id, at })).moveCall.result.scheduledAt)).toBe(Date.parse(at));
    const cancel = 'mutation ($id: UUID!) { cancelCall(input: { callId: $id }) { result { status } } }';
    expect((await ask(ben, move, { id: made.id, at })).codes).toEqual(['NOT_FOUND']);
    expect((await ask(ben, cancel, { id: made.id })).codes).toEqual(['NOT_FOUND']);
    for (let n = 0; n < 2; n++)
      expect((await done(ada, cancel, { id: made.id })).cancelCall.result.status).toBe('canceled');
    expect((await ask(ada, move, { id: made.id, at })).codes).toEqual(['CONFLICT']);
    const calls = '{ calls { id } }';
    expect((await done(ada, calls)).calls).toHaveLength(1);
    expect((await done(ben, calls)).calls).toEqual([]);
  });

  test.each([
    [{ topic: 'none' }, 'NOT_FOUND'],
    [{ at: '2020-01-01T00:00:00Z' }, 'INVALID_INPUT'],
    [{ coach: '00000000-0000-7000-8000-00000000dead' }, 'NOT_FOUND'],
  ])('%j is refused', async (changes, code) => {
    const ada = await person();
    const variables = { coach: coachId, topic: 'mood_check', at: inHours(2), ...changes };
    expect((await ask(ada, schedule, variables)).codes).toEqual([code]);
  });

  test('CP-7 a daily schedule, changed and ended', async () => {
    const [ada, ben] = [await person(), await person()];
    const create = `mutation ($coach: UUID!) {
      createCallSchedule(input: { coachId: $coach, topicKey: "mood_check", localTime: "09:30" }) { result { id active localTime calls { status } } }
    }`;
    const made = (await done(ada, create, { coach: coachId })).createCallSchedule.result;
    expect(made.calls[0]).toEqual({ status: 'pending' });
    const change =
      'mutation ($id: UUID!) { updateCallSchedule(input: { scheduleId: $id, active: false }) { result { active calls { status } } } }';
    expect((await ask(ben, change, { id: made.id })).codes).toEqual(['NOT_FOUND']);
    const ended = (await done(ada, change, { id: made.id })).updateCallSchedule.result;
    expect(ended.active).toBe(false);
    expect(new Set(ended.calls.map((call: { status: string }) => call.status))).toEqual(new Set(['canceled']));
  });
});

describe('CP-42 CP-43 CP-44 history and log', () => {
  const told = (userId: string, channels: readonly string[], status?: string) =>
    makePreview(db, userId, { coachId, channels, status });
  const history = `query ($first: Int, $offset: Int, $after: Cursor) {
    callHistory(first: $first, offset: $offset, after: $after) {
      nodes { id type channel status title sentAt deliveredAt }
      pageInfo { hasNextPage endCursor }
    }
  }`;

  test('newest first, with limit and offset as well as cursors; type, channel, status and times', async () => {
    const ada = await person({ phone: freshPhone() });
    await told(ada.id, ['push'], 'delivered');
    await told(ada.id, ['sms'], 'failed');
    await told(ada.id, ['push', 'sms']);
    const all = (await done(ada, history)).callHistory.nodes;
    expect(all.map((line: Record<string, string>) => `${line.type} ${line.channel} ${line.status}`)).toEqual([
      'fallback_sms sms sent',
      'preview_push push sent',
      'preview_sms sms failed',
      'preview_push push delivered',
    ]);
    expect(all[0]).toMatchObject({ title: 'A title', sentAt: expect.any(String), deliveredAt: null });
    expect(all[3].deliveredAt).not.toBeNull();
    const ids = all.map(({ id }: { id: string }) => id);
    const page = async (variables: Record<string, unknown>) => (await done(ada, history, variables)).callHistory;
    expect((await page({ first: 2, offset: 1 })).nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1, 3));
    const first = await page({ first: 3 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    // What comes in now is on no page that follows.
    await told(ada.id, ['push']);
    const second = await page({ first: 3, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(ids);
    expect((await done(await person(), history)).callHistory.nodes).toEqual([]);
    expect((await ask(null, history)).errors.length).toBeGreaterThan(0);
  });

  test('the client reports delivered and opened, and of nobody else', async () => {
    const [ada, ben] = [await person(), await person()];
    const { deliveries } = await told(ada.id, ['push']);
    const report =
      'mutation ($id: UUID!, $kind: ReportedReceiptKind!) { reportReceipt(input: { deliveryId: $id, kind: $kind }) { result } }';
    expect((await ask(ben, report, { id: deliveries[0], kind: 'delivered' })).codes).toEqual(['NOT_FOUND']);
    await done(ada, report, { id: deliveries[0], kind: 'delivered' });
    expect((await done(ada, history)).callHistory.nodes[0].status).toBe('delivered');
    await done(ada, report, { id: deliveries[0], kind: 'opened' });
    expect((await done(ada, history)).callHistory.nodes[0].status).toBe('opened');
  });

  test("the log is operators' alone: user, call, words, the provider's id, the error, the time of each step", async () => {
    const ada = await person();
    const operator = { id: '', token: await signToken(coachId, { role: 'operator' }) };
    const { call } = await told(ada.id, ['push', 'sms'], 'failed');
    const log = `query ($call: UUID!) {
      call(id: $call) {
        deliveryLog { userId callId type channel status title body providerMessageId error queuedAt sentAt deliveredAt openedAt failedAt }
      }
    }`;
    const { deliveryLog } = (await done(operator, log, { call })).call;
    expect(deliveryLog).toHaveLength(2);
    expect(deliveryLog.find(({ channel }: { channel: string }) => channel === 'sms')).toMatchObject({
      userId: ada.id,
      callId: call,
      type: 'fallback_sms',
      status: 'failed',
      title: 'A title',
      body: 'An SMS',
      providerMessageId: 'SM1',
      error: 'unreachable',
      queuedAt: expect.any(String),
      sentAt: expect.any(String),
      deliveredAt: null,
      openedAt: null,
      failedAt: expect.any(String),
    });
    expect((await ask(ada, log, { call })).errors.length).toBeGreaterThan(0);
  });

  test("voice, agents and other people's rows are nobody's to read", async () => {
    const ada = await person();
    const other = await makeMember(db, { streak: 3 });
    await makeCall(db, other.id, '2 hours', { coachId });
    const { coaches, me, calls } = await done(
      ada,
      '{ coaches { id name persona } me { streak { day } } calls { id } }',
    );
    expect(coaches).toContainEqual({ id: coachId, name: 'Max', persona: null });
    expect([me.streak, calls]).toEqual([null, []]);
    expect(await one(db.owner, 'select count(*)::integer from coaching.streaks where user_id = $1', [other.id])).toBe(
      1,
    );
    expect((await ask(ada, '{ coaches { voice } }')).errors.length).toBeGreaterThan(0);
  });
});
