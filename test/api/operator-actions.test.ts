// Over 300 lines: each act of an operator, with its refusals and its record.
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Made, type MadeDelivery, makeDelivery, registerWorker } from '../support/engine.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

let db: TestDatabase;
let api: TestApi;
let operatorId: string;
let operator: string;
let user: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
  operatorId = await createUser(db);
  operator = await signToken(operatorId, { role: 'operator' });
  user = await signToken(await createUser(db));
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(() => db.owner.query('delete from notify.operator_actions'));

const note = 'asked for by the product';
const ask = (query: string, variables = {}, token = operator) => api.ask(query, { token, variables });
const actions = async () => {
  const { data } = await ask('{ operatorActions(orderBy: ID_ASC) { nodes { operatorId kind target note details } } }');
  return data.operatorActions.nodes;
};
const instantIn = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

const pause = (provider: string, until = instantIn(1), why = note, token = operator) =>
  ask(
    `mutation ($p: ProviderName!, $u: Datetime!, $n: String!) {
      pauseProvider(input: { provider: $p, until: $u, note: $n }) { result { provider pausedUntil pauseReason } } }`,
    { p: provider, u: until, n: why },
    token,
  );
const resume = (provider: string, why = note, token = operator) =>
  ask(
    `mutation ($p: ProviderName!, $n: String!) {
      resumeProvider(input: { provider: $p, note: $n }) { result { provider pausedUntil pauseReason } } }`,
    { p: provider, n: why },
    token,
  );
const stop = (id: string, why = note, token = operator) =>
  ask(
    `mutation ($id: UUID!, $n: String!) { stopEvent(input: { eventId: $id, note: $n }) {
      result { eventId wasPlanned deliveriesOut deliveriesStopped candidatesStopped } } }`,
    { id, n: why },
    token,
  );
const resend = (id: string, why = note, token = operator) =>
  ask(
    `mutation ($id: UUID!, $n: String!) { resend(input: { deliveryId: $id, note: $n }) {
      result { id notificationId channel status address deviceId attempt } } }`,
    { id, n: why },
    token,
  );

describe('issue 12: an operator pauses a provider', () => {
  const pausedSenders = async (provider: string) => {
    const { rows } = await db.owner.query<{ until: Date | null; reason: string | null }>(
      'select paused_until as until, pause_reason as reason from notify.senders where provider = $1',
      [provider],
    );
    return rows;
  };

  test('until an instant, and resumes it; both with why', async () => {
    const until = instantIn(2);
    const paused = await pause('smtp', until);
    expect(paused.errors).toEqual([]);
    expect(paused.data.pauseProvider.result).toEqual([
      { provider: 'smtp', pausedUntil: expect.any(String), pauseReason: 'operator' },
    ]);
    expect(Date.parse(paused.data.pauseProvider.result[0].pausedUntil)).toBe(Date.parse(until));
    expect((await resume('smtp')).data.resumeProvider.result).toEqual([
      { provider: 'smtp', pausedUntil: null, pauseReason: null },
    ]);
    expect(await actions()).toEqual([
      { operatorId, kind: 'pause_provider', target: 'smtp', note, details: { until: expect.any(String), senders: 1 } },
      { operatorId, kind: 'resume_provider', target: 'smtp', note, details: { senders: 1 } },
    ]);
  });

  test('nothing is claimed meanwhile; what was on its way neither ends the pause nor makes it shorter; then one probes', async () => {
    const person = await makePerson(db);
    for (let n = 0; n < 3; n++) await makeQueued(person);
    const worker = await registerWorker(db);
    const claimed = async (id = randomUUID()) => {
      const { rows } = await db.worker.query<{ delivery_id: string }>(
        `select delivery_id from notify_private.claim_deliveries($1, $2, $3, 'urgent', 1)`,
        [id, worker, senders.apns],
      );
      return rows.map(({ delivery_id }) => delivery_id);
    };
    const record = (claim: string, delivery: string | undefined, outcome: string) =>
      db.worker.query(
        `select notify_private.record_results($1, array[row($2, $3, 'x', null, null, null, false, null)::notify_private.result])`,
        [claim, delivery, outcome],
      );
    const [accepted, refused] = [randomUUID(), randomUUID()];
    const [first] = await claimed(accepted);
    const [second] = await claimed(refused);
    const until = instantIn(5);
    await pause('apns', until);
    await record(accepted, first, 'accepted');
    await record(refused, second, 'misconfigured');
    expect(await pausedSenders('apns')).toContainEqual({ until: new Date(until), reason: 'operator' });
    expect(await claimed()).toEqual([]);

    await db.owner.query(`update notify.senders set paused_until = now() where provider = 'apns'`);
    const probe = randomUUID();
    const [third] = await claimed(probe);
    expect(third).toBeDefined();
    expect(await claimed()).toEqual([]);
    await record(probe, third, 'accepted');
    expect(await pausedSenders('apns')).toContainEqual({ until: null, reason: null });
  });

  test('not in the past, nor for ever, nor what nothing is sent by, nor without a reason', async () => {
    for (const until of [instantIn(-1), instantIn(24 * 31), 'infinity'])
      expect((await pause('fcm', until)).errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await pause('in_app')).errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'provider' });
    expect((await resume('in_app')).errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'provider' });
    for (const why of ['', 'too short', ' '.repeat(20), 'x'.repeat(501)])
      expect((await pause('fcm', instantIn(1), why)).errors[0]?.extensions).toEqual({
        code: 'INVALID_INPUT',
        field: 'note',
      });
    expect((await pausedSenders('fcm')).every(({ until }) => until === null)).toBe(true);
    expect(await actions()).toEqual([]);
  });
});

const makeQueued = async (person: string): Promise<Made> => {
  const made = await makeDelivery(db, person, { status: 'queued', attempt: 0 });
  await db.owner.query(
    'update notify.deliveries set device_id = (select id from notify.devices where user_id = $1 limit 1) where id = $2',
    [person, made.deliveryId],
  );
  return made;
};

describe('issue 12: an operator stops an event', () => {
  test('and hears how many are out already, and how many were stopped', async () => {
    const typeKey = await makeType(db, { channels: ['push', 'in_app'] });
    const people = await Promise.all(Array.from({ length: 4 }, () => makePerson(db)));
    const event = await tell(db, typeKey, people);
    await planDue(db);
    await db.owner.query(
      `update notify.deliveries set status = 'sent', sent_at = now(), due_at = null where recipient_id = $1 and channel = 'push'`,
      [people[0]],
    );
    const stopped = await stop(event);
    expect(stopped.errors).toEqual([]);
    // Four stand in the inbox and one was pushed.
    expect(stopped.data.stopEvent.result).toEqual({
      eventId: event,
      wasPlanned: true,
      deliveriesOut: 5,
      deliveriesStopped: 3,
      candidatesStopped: 0,
    });
    const { rows } = await db.owner.query(
      `select status, count(*)::integer from notify.deliveries where recipient_id = any ($1) group by status order by 1`,
      [people],
    );
    expect(rows).toEqual([
      { status: 'canceled', count: 3 },
      { status: 'delivered', count: 4 },
      { status: 'sent', count: 1 },
    ]);
    expect(await actions()).toEqual([
      {
        operatorId,
        kind: 'stop_event',
        target: event,
        note,
        details: { deliveriesOut: 5, deliveriesStopped: 3, candidatesStopped: 0 },
      },
    ]);
    expect((await stop(event)).data.stopEvent.result).toMatchObject({ deliveriesOut: 5, deliveriesStopped: 0 });
  });

  test('one that is not planned never is; one that is unknown changes nothing', async () => {
    const typeKey = await makeType(db);
    const person = await makePerson(db);
    const event = await tell(db, typeKey, [person]);
    expect((await stop(event)).data.stopEvent.result).toMatchObject({ wasPlanned: false, deliveriesStopped: 0 });
    await planDue(db);
    expect(await one(db.owner, 'select count(*)::integer from notify.decisions where event_id = $1', [event])).toBe(0);
    expect((await stop(randomUUID())).errors[0]?.extensions).toEqual({ code: 'NOT_FOUND', field: 'eventId' });
    expect(await actions()).toHaveLength(1);
  });

  test('not without a reason: nothing is stopped then', async () => {
    const typeKey = await makeType(db);
    const event = await tell(db, typeKey, [await makePerson(db)]);
    expect((await stop(event, 'no')).errors[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'note' });
    expect(await one(db.owner, 'select canceled_at from notify.events where id = $1', [event])).toBeNull();
  });
});

describe('issue 12: an operator sends a notification once more', () => {
  const address = () => `${randomBytes(6).toString('hex')}@example.com`;
  const mailTo = async (email: string, more: MadeDelivery = {}) => {
    const person = await makePerson(db, { email });
    return {
      person,
      ...(await makeDelivery(db, person, { channel: 'email', provider: 'smtp', address: email, ...more })),
    };
  };
  const typed = async (made: Made, options = {}) => {
    const typeKey = await makeType(db, { channels: ['push', 'email', 'sms'], ...options });
    await db.owner.query('update notify.notifications set type_key = $1 where id = $2', [typeKey, made.notificationId]);
    return typeKey;
  };
  const refusal = async (id: string) => {
    const { errors } = await resend(id);
    expect(errors[0]?.extensions).toEqual({ code: 'CONFLICT', field: 'deliveryId' });
    return errors[0]?.message;
  };

  test('as a new delivery of the same notification, which a worker takes', async () => {
    const email = address();
    const made = await mailTo(email, { status: 'failed' });
    await typed(made);
    const sent = await resend(made.deliveryId);
    expect(sent.errors).toEqual([]);
    const { id } = sent.data.resend.result;
    expect(sent.data.resend.result).toEqual({
      id: expect.any(String),
      notificationId: made.notificationId,
      channel: 'email',
      status: 'queued',
      address: email,
      deviceId: null,
      attempt: 0,
    });
    expect(id).not.toBe(made.deliveryId);
    expect(await one(db.owner, 'select status from notify.deliveries where id = $1', [made.deliveryId])).toBe('failed');
    expect(await actions()).toEqual([
      { operatorId, kind: 'resend', target: made.deliveryId, note, details: { newDeliveryId: id } },
    ]);
    const worker = await registerWorker(db);
    const { rows } = await db.worker.query(
      `select delivery_id, address, title from notify_private.claim_deliveries($1, $2, $3, 'urgent')`,
      [randomUUID(), worker, senders.smtp],
    );
    expect(rows).toContainEqual({ delivery_id: id, address: email, title: 'A title' });
  });

  test('to the mailbox that the person has now', async () => {
    const made = await mailTo(address());
    await typed(made);
    const now = address();
    await db.owner.query('update notify.users set email = $2, email_verified_at = now() where id = $1', [
      made.person,
      now,
    ]);
    expect((await resend(made.deliveryId)).data.resend.result.address).toBe(now);
  });

  test('once at a time, also where two operators ask at once', async () => {
    const made = await mailTo(address());
    await typed(made);
    const answers = await Promise.all([resend(made.deliveryId), resend(made.deliveryId), resend(made.deliveryId)]);
    expect(answers.flatMap(({ codes }) => codes)).toEqual(['CONFLICT', 'CONFLICT']);
    expect(await actions()).toHaveLength(1);
  });

  test('to a device that is still theirs, and to no other', async () => {
    const person = await makePerson(db, { devices: ['apns', 'apns'] });
    const made = await makeDelivery(db, person);
    await typed(made);
    const device = await one<string>(db.owner, 'select id from notify.devices where user_id = $1 limit 1', [person]);
    await db.owner.query('update notify.deliveries set device_id = $1 where id = $2', [device, made.deliveryId]);
    expect((await resend(made.deliveryId)).data.resend.result).toMatchObject({ deviceId: device, address: null });
    await db.owner.query(`update notify.deliveries set status = 'canceled', reason = 'x', due_at = null, finished_at = now()
      where status = 'queued'`);
    await db.owner.query('delete from notify.devices where id = $1', [device]);
    expect(await refusal(made.deliveryId)).toContain('gone');
  });

  test.each([
    [
      'a suppressed address',
      'suppression list',
      (made: { email: string }) =>
        db.owner.query(`insert into notify.suppressions (channel, address, reason) values ('email', $1, 'complaint')`, [
          made.email,
        ]),
    ],
    [
      'an address that is not verified',
      'not verified',
      (made: { person: string }) =>
        db.owner.query('update notify.users set email_verified_at = null where id = $1', [made.person]),
    ],
    [
      'a person who switched it off',
      'does not want it',
      (made: { person: string; typeKey: string }) =>
        db.asUser(
          made.person,
          (client) => client.query(`select notify.set_preference($1, 'email', false)`, [made.typeKey]),
          { commit: true },
        ),
    ],
    [
      'a type that is switched off',
      'switched off',
      (made: { typeKey: string }) =>
        db.owner.query('update notify.notification_types set enabled = false where key = $1', [made.typeKey]),
    ],
    [
      'a person who has not agreed to promotions',
      'promotional',
      (made: { typeKey: string }) =>
        db.owner.query(`update notify.notification_types set purpose = 'promotional' where key = $1`, [made.typeKey]),
    ],
    [
      'what is on its way',
      'on its way',
      (made: { deliveryId: string }) =>
        db.owner.query(`update notify.deliveries set status = 'queued', due_at = now(), sent_at = null where id = $1`, [
          made.deliveryId,
        ]),
    ],
  ])('not to %s', async (_what, message, prepare) => {
    const email = address();
    const made = await mailTo(email);
    const typeKey = await typed(made);
    await prepare({ ...made, email, typeKey });
    expect(await refusal(made.deliveryId)).toContain(message);
    expect(await actions()).toEqual([]);
    const { rows } = await db.owner.query('select from notify.deliveries where notification_id = $1', [
      made.notificationId,
    ]);
    expect(rows).toHaveLength(1);
  });

  test('not in the inbox, not what is unknown, not without a reason', async () => {
    const made = await makeDelivery(db, await makePerson(db), { channel: 'in_app', provider: 'in_app' });
    expect(await refusal(made.deliveryId)).toContain('inbox');
    expect((await resend(randomUUID())).errors[0]?.extensions).toEqual({ code: 'NOT_FOUND', field: 'deliveryId' });
    const mail = await mailTo(address());
    await typed(mail);
    expect((await resend(mail.deliveryId, 'no')).errors[0]?.extensions).toEqual({
      code: 'INVALID_INPUT',
      field: 'note',
    });
    expect(
      await one(db.owner, 'select count(*)::integer from notify.deliveries where notification_id = $1', [
        mail.notificationId,
      ]),
    ).toBe(1);
  });
});

describe('issue 12: what operators did', () => {
  test('is paged by key while rows come in, and is append-only', async () => {
    for (let n = 0; n < 5; n++) await pause('twilio', instantIn(1), `${note} ${n}`);
    const page = async (after: string | null) =>
      (
        await ask(
          `query ($after: Cursor) { operatorActions(first: 2, after: $after, orderBy: ID_DESC) {
            nodes { note } pageInfo { endCursor hasNextPage } } }`,
          { after },
        )
      ).data.operatorActions;
    const notes: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { nodes, pageInfo } = await page(after);
      notes.push(...nodes.map((node: { note: string }) => node.note.slice(-1)));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
      await pause('twilio', instantIn(1), `${note} x`);
    }
    expect(notes).toEqual(['4', '3', '2', '1', '0']);
    await resume('twilio');
    for (const statement of [
      `update notify.operator_actions set note = 'something else'`,
      'delete from notify.operator_actions',
      `insert into notify.operator_actions (kind, target, note) values ('resend', 'x', 'made up by hand')`,
    ])
      for (const as of [db.asOperator, db.asWriter])
        await expect(as((client) => client.query(statement))).rejects.toMatchObject({ code: '42501' });
  });

  test('nobody but operators does or sees any of it', async () => {
    const made = await makeDelivery(db, await makePerson(db));
    const answers = [
      await pause('fcm', instantIn(1), note, user),
      await resume('fcm', note, user),
      await stop(made.eventId, note, user),
      await resend(made.deliveryId, note, user),
      await ask('{ operatorActions { nodes { note } } }', {}, user),
      await ask(`{ find(text: "x") { nodes { id } } }`, {}, user),
      await ask(`{ deliveriesByAddress(address: "x") { nodes { id } } }`, {}, user),
      await ask(`{ deliveriesByProviderId(providerMessageId: "x") { nodes { id } } }`, {}, user),
    ];
    for (const { codes } of answers) expect(['FORBIDDEN', 'INVALID_INPUT']).toContain(codes[0]);
    expect(await one(db.owner, 'select canceled_at from notify.events where id = $1', [made.eventId])).toBeNull();
    expect(await one(db.owner, 'select count(*)::integer from notify.operator_actions')).toBe(0);
    for (const call of [
      `notify.pause_provider('fcm', now() + interval '1 hour', 'because of this')`,
      `notify.stop_event('${made.eventId}', 'because of this')`,
      `notify.resend('${made.deliveryId}', 'because of this')`,
      `notify.find('x')`,
    ])
      for (const as of [db.asWriter, db.asAnonymous, db.asAnalyst])
        await expect(as((client) => client.query(`select ${call}`))).rejects.toMatchObject({ code: '42501' });
  });
});
