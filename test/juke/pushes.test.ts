import { afterAll, beforeAll, expect, test } from 'vitest';
import { signToken } from '../support/api.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  asService,
  done,
  fcmToken,
  invite,
  type Listener,
  mailTo,
  makeListener,
  pushesTo,
  startWorld,
  untilSettled,
  type World,
} from './world.ts';

let world: World;
let host: Listener;
beforeAll(async () => {
  world = await startWorld();
  host = await makeListener(world.db, { name: 'Hugo' });
  await Promise.all([world.work('bulk'), world.work('urgent')]);
});
afterAll(() => world.stop());

const titlesAt = (token: string) => pushesTo(world, token).map(({ title }) => title);
const invited = 'Hugo invites you to listen along';

test('JK-1 NC-63 per channel and type: what is switched off does not arrive, all else does; reset brings it back', async () => {
  const [ada, ben] = [await makeListener(world.db), await makeListener(world.db, { name: 'Ben' })];
  const set = (channel: string, enabled: boolean) =>
    done(
      world,
      ada.jwt,
      `mutation ($c: Channel!, $e: Boolean!) { setPreference(input: { typeKey: "juke_invite", channel: $c, enabled: $e }) { result { channel enabled source } } }`,
      { c: channel, e: enabled },
    );
  expect((await set('push', false)).setPreference.result).toEqual({ channel: 'push', enabled: false, source: 'own' });
  const { sessionId, invites } = await invite(world, host, [ada, ben]);
  await untilSettled(world);
  expect([titlesAt(ada.token), mailTo(world, ada.email).length, titlesAt(ben.token)]).toEqual([[], 1, [invited]]);
  // Another type on the same phone.
  await done(
    world,
    ben.jwt,
    'mutation ($id: UUID!) { answerInvite(input: { inviteId: $id, accepts: true }) { result { status } } }',
    { id: invites[1] },
  );
  const second = await invite(world, ada, [ben], 'Hers');
  await done(
    world,
    ben.jwt,
    'mutation ($id: UUID!) { answerInvite(input: { inviteId: $id, accepts: true }) { result { status } } }',
    {
      id: second.invites[0],
    },
  );
  await untilSettled(world);
  expect(titlesAt(ada.token)).toEqual(['Ben is listening along']);
  await done(world, ada.jwt, 'mutation { resetPreference(input: { typeKey: "juke_invite" }) { result } }');
  await set('email', false);
  await invite(world, host, [ada]);
  await untilSettled(world);
  expect([titlesAt(ada.token)[0], mailTo(world, ada.email).length]).toEqual([invited, 1]);
  expect(sessionId).toBeTruthy();
});

test('JK-6 a refusal for now is tried again, the same key is one event, and what became of it can be asked for', async () => {
  const ada = await makeListener(world.db);
  world.sandbox.faults.add({ provider: 'fcm', address: ada.token, kind: 'server_error', status: 503, times: 1 });
  const { invites } = await invite(world, host, [ada]);
  const delivery = () =>
    done(world, ada.jwt, '{ inbox { nodes { deliveries { id channel status attempt reason } } } }').then((data) =>
      (data.inbox.nodes as { deliveries: { channel: string; status: string; attempt: number }[] }[])
        .flatMap(({ deliveries }) => deliveries)
        .find(({ channel }) => channel === 'push'),
    );
  await until('the first try was refused', async () => {
    const { attempt = 0, status } = (await delivery()) ?? {};
    return attempt > 1 || (attempt === 1 && status === 'queued');
  });
  // Not to wait for the pause.
  await world.db.owner.query(
    `update notify.deliveries set due_at = now() where recipient_id = $1 and status = 'queued'`,
    [ada.id],
  );
  await until('the second arrived', async () => titlesAt(ada.token).length === 1);
  await until('it is written down', async () => (await delivery())?.status === 'sent');
  expect(await delivery()).toMatchObject({ attempt: 2, reason: null });
  const operator = await signToken(host.id, { role: 'operator' });
  const event = await one<string>(world.db.owner, `select id from notify.events where subject_id = $1`, [invites[0]]);
  const looked = await done(
    world,
    operator,
    `query ($id: UUID!) { event(id: $id) { decisions { nodes { channel outcome notification { deliveries { channel status } } } } } }`,
    { id: event },
  );
  expect(looked.event.decisions.nodes).toContainEqual({
    channel: 'push',
    outcome: 'send',
    notification: { deliveries: expect.arrayContaining([{ channel: 'push', status: 'sent' }]) },
  });
  const emit = () =>
    asService(
      world.db,
      `select * from notify.emit('juke_invite', subject_type => 'juke_invite', subject_id => $1, idempotency_key => 'once')`,
      [invites[0]],
    ).then(({ rows }) => rows[0] as { event_id: string; deduplicated: boolean });
  const [first, again] = [await emit(), await emit()];
  expect([first.deduplicated, again.deduplicated, again.event_id === first.event_id]).toEqual([false, true, true]);
});

test("JK-7 NC-60 registered, listed, tested each on its own with the provider's verdict, unregistered, deleted", async () => {
  const ada = await makeListener(world.db);
  const dead = fcmToken();
  const { registerDevice } = await done(
    world,
    ada.jwt,
    'mutation ($t: String!) { registerDevice(input: { provider: fcm, token: $t, name: "Old phone" }) { result { id } } }',
    { t: dead },
  );
  const list = () => done(world, ada.jwt, '{ devices { id name deactivationReason } }').then((data) => data.devices);
  expect(await list()).toHaveLength(2);
  world.sandbox.faults.add({ provider: 'fcm', address: dead, kind: 'gone' });
  const { testPush } = await done(
    world,
    ada.jwt,
    'mutation { testPush(input: {}) { results { deviceId status reason providerCode } } }',
  );
  const good = (await list()).find(({ name }: { name: string | null }) => name === null).id;
  expect(testPush.results).toHaveLength(2);
  expect(testPush.results).toEqual(
    expect.arrayContaining([
      { deviceId: good, status: 'sent', reason: null, providerCode: null },
      { deviceId: registerDevice.result.id, status: 'failed', reason: 'unregistered', providerCode: 'UNREGISTERED' },
    ]),
  );
  expect(titlesAt(ada.token)).toEqual(['Test notification']);
  // JK-8: on the provider's word, and it is not tried again.
  expect(await list()).toContainEqual({
    id: registerDevice.result.id,
    name: 'Old phone',
    deactivationReason: 'unregistered',
  });
  const alone = await done(
    world,
    ada.jwt,
    `mutation { testPush(input: { deviceId: "${good}" }) { results { deviceId status } } }`,
  );
  expect(alone.testPush.results).toEqual([{ deviceId: good, status: 'sent' }]);
  await done(world, ada.jwt, 'mutation ($id: UUID!) { deleteDevice(input: { deviceId: $id }) { result } }', {
    id: registerDevice.result.id,
  });
  await done(
    world,
    ada.jwt,
    'mutation ($t: String!) { unregisterDevice(input: { provider: fcm, token: $t }) { result } }',
    { t: ada.token },
  );
  expect(await list()).toEqual([]);
  expect(
    (await world.api.ask('mutation { testPush(input: {}) { results { status } } }', { token: ada.jwt })).codes,
  ).toEqual(['NOT_FOUND']);
});

test('JK-8 a token that its provider refuses is deactivated, and the next push is not even tried on it', async () => {
  const ada = await makeListener(world.db);
  world.sandbox.faults.add({ provider: 'fcm', address: ada.token, kind: 'gone' });
  await invite(world, host, [ada]);
  await until('it is deactivated', () =>
    one<boolean>(world.db.owner, 'select deactivated_at is not null from notify.devices where user_id = $1', [ada.id]),
  );
  const tries = () => world.sandbox.journal.list({ provider: 'fcm', address: ada.token }).length;
  const before = tries();
  await invite(world, host, [ada]);
  await untilSettled(world);
  expect([before, tries()]).toEqual([1, 1]);
});

test('JK-10 no type of this product can be routed to SMS or voice; those of others can', async () => {
  for (const channel of ['sms', 'voice']) {
    await expect(
      world.db.owner.query(
        `update notify.notification_types set channels = channels || $1::text where key = 'juke_invite'`,
        [channel],
      ),
    ).rejects.toThrow(/notification_types_juke_is_silent_on_the_phone/);
  }
  const { rows } = await world.db.owner.query(
    `select key from notify.notification_types where pack = 'juke' and channels && '{sms,voice}'`,
  );
  expect(rows).toEqual([]);
  const ada = await makeListener(world.db);
  const asked = await world.api.ask(
    'mutation { setPreference(input: { typeKey: "juke_invite", channel: sms, enabled: true }) { result { enabled } } }',
    {
      token: ada.jwt,
    },
  );
  expect(asked.codes).toEqual(['INVALID_INPUT']);
  const { rowCount } = await world.db.owner.query(
    `update notify.notification_types set channels = '{push,sms}' where key = 'coaching_preview'`,
  );
  expect(rowCount).toBe(1);
});
