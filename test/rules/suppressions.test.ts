import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createUser, type GraphqlAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { decisionOf, installPack, makeDevice, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';

let db: TestDatabase;
let api: TestApi;
let ben: string;
let operator: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
  ben = await createUser(db);
  operator = await signToken(ben, { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(() => db.owner.query('truncate notify.suppressions, notify.suppression_changes'));

const suppress = (input: object, as = operator) =>
  api.ask(
    `mutation ($input: SuppressAddressInput!) { suppressAddress(input: $input) { result { address reason note expiresAt } } }`,
    { token: as, variables: { input } },
  );
const unsuppress = (input: object, as = operator) =>
  api.ask(`mutation ($input: UnsuppressAddressInput!) { unsuppressAddress(input: $input) { result } }`, {
    token: as,
    variables: { input },
  });
const changes = async () => {
  const { data } = await api.ask(
    '{ suppressionChanges(first: 100) { nodes { channel address change reason note source changedBy } } }',
    { token: operator },
  );
  return data.suppressionChanges.nodes.map((c: Record<string, unknown>) =>
    [c.channel, c.address, c.change, c.reason, c.note, c.source, c.changedBy === ben ? 'ben' : c.changedBy].join(' '),
  );
};
const refused = async (answer: Promise<GraphqlAnswer>) => {
  const { codes, errors } = await answer;
  return `${codes.join()} ${errors[0]?.message.split(':')[0]}`;
};

test('who put an address on the list, changed it and took it off stands in the record, with why', async () => {
  const address = 'Ada@Example.com';
  await suppress({ channel: 'email', address, note: 'asked by phone' });
  await suppress({ channel: 'email', address, reason: 'complaint', note: 'wrote again' });
  // Nothing changed: nothing noted.
  await suppress({ channel: 'email', address, reason: 'complaint', note: 'wrote again' });
  expect(await refused(unsuppress({ channel: 'email', address, note: 'ok' }))).toBe('INVALID_INPUT note');
  expect(await refused(unsuppress({ channel: 'email', address, note: ' '.repeat(20) }))).toBe('INVALID_INPUT note');
  const again = { channel: 'email', address, note: 'she asked to hear of us again' };
  expect((await unsuppress(again)).data.unsuppressAddress.result).toBe(true);
  expect((await unsuppress(again)).data.unsuppressAddress.result).toBe(false);
  expect(await changes()).toEqual([
    'email ada@example.com added operator asked by phone operator ben',
    'email ada@example.com changed complaint wrote again operator ben',
    'email ada@example.com removed complaint she asked to hear of us again operator ben',
  ]);
});

test('what providers report is recorded as theirs', async () => {
  const ada = await makePerson(db, { phone: '+15550100' });
  const { deliveryId } = await makeDelivery(db, ada, { channel: 'sms', provider: 'twilio', address: '+15550100' });
  await db.asHttp(
    (c) =>
      c.query(`select notify_private.record_receipt($1, 'failed', 'provider', '21610', 'opted_out', true)`, [
        deliveryId,
      ]),
    { commit: true },
  );
  await db.asOwner(
    (c) =>
      c.query(
        `insert into notify.suppressions (channel, address, reason) values ('email', 'x@y.example', 'hard_bounce')`,
      ),
    { commit: true },
  );
  expect(await changes()).toEqual([
    'sms +15550100 added opted_out  provider ',
    'email x@y.example added hard_bounce  service ',
  ]);
});

test('an APNs token is one address in any spelling, an FCM token is not', async () => {
  const type = await makeType(db);
  const ada = await makePerson(db, { devices: [] });
  const { token } = await makeDevice(db, ada, 'apns');
  const decided = async (person: string) => {
    const event = await tell(db, type, [person]);
    await planDue(db);
    return decisionOf(db, event);
  };
  expect(await decided(ada)).toBe('send');
  await suppress({ channel: 'push', address: token.toUpperCase() });
  expect(await decided(ada)).toBe('suppression_list: operator');
  const spelled = { channel: 'push', address: token.toUpperCase(), note: 'the phone was found again' };
  expect((await unsuppress(spelled)).data.unsuppressAddress.result).toBe(true);
  expect(await decided(ada)).toBe('send');
  const bob = await makePerson(db, { devices: [] });
  const fcm = await makeDevice(db, bob, 'fcm');
  await suppress({ channel: 'push', address: fcm.token.toUpperCase() });
  expect(await decided(bob)).toBe('send');
  await suppress({ channel: 'push', address: fcm.token });
  expect(await decided(bob)).toBe('suppression_list: operator');
});

test('one with an expiry is ignored from then on', async () => {
  const type = await makeType(db, { channels: ['email'] });
  const email = `${randomBytes(4).toString('hex')}@example.com`;
  const ada = await makePerson(db, { devices: [], email });
  const decided = async () => {
    const event = await tell(db, type, [ada]);
    await planDue(db);
    return decisionOf(db, event, 'email');
  };
  await suppress({ channel: 'email', address: email, expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
  expect(await decided()).toBe('suppression_list: operator');
  await db.owner.query(`update notify.suppressions set expires_at = now() - interval '1 second' where address = $1`, [
    email,
  ]);
  expect(await decided()).toBe('send');
  expect(await refused(suppress({ channel: 'email', address: email, expiresAt: '2020-01-01T00:00:00Z' }))).toBe(
    'INVALID_INPUT expiresAt',
  );
});

test('the list and its record are operators’ to read, the record nobody’s to write', async () => {
  await suppress({ channel: 'email', address: 'a@b.example' });
  const ada = await createUser(db);
  const token = await signToken(ada);
  expect((await api.ask('{ suppressionChanges { nodes { address } } }', { token })).codes).toEqual(['INVALID_INPUT']);
  expect((await suppress({ channel: 'email', address: 'a@b.example' }, token)).codes).toContain('INVALID_INPUT');
  expect(
    (await unsuppress({ channel: 'email', address: 'a@b.example', note: 'because I can' }, token)).codes,
  ).toContain('INVALID_INPUT');
  for (const as of [
    db.asUser.bind(db, ada),
    db.asOperator,
    db.asWriter,
    db.asWorker,
    db.asHttp,
    db.asAnonymous,
    db.asAnalyst,
  ])
    for (const sql of [
      `update notify.suppression_changes set note = 'x'`,
      'delete from notify.suppression_changes',
      'truncate notify.suppression_changes',
      'delete from notify.suppressions',
      `insert into notify.suppression_changes (channel, address, change, reason, source) values ('email', 'x', 'removed', 'operator', 'operator')`,
    ])
      await expect(as((c) => c.query(sql))).rejects.toThrow(/permission denied/);
  expect(await changes()).toHaveLength(1);
});
