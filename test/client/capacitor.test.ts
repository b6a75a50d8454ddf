import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type CapacitorPushNotifications, createRowbell, type PushTap } from '../../web/client/src/index.ts';
import { signToken } from '../support/api.ts';
import { makeDelivery } from '../support/engine.ts';
import { db, gate, somebody } from './world.ts';

/** The native half, as Capacitor's bridge shows it to a page: it keeps the tap that started the app until somebody listens. */
function createBridge(answer: 'granted' | 'denied' = 'granted') {
  const listeners = new Map<string, Set<(event: never) => void>>();
  const retained: { readonly name: string; readonly event: unknown }[] = [];
  const calls: string[] = [];
  const phone = {
    permission: 'prompt',
    token: randomBytes(32).toString('hex'),
    /** Why it gets no token. */
    failure: null as string | null,
  };
  const fire = (name: string, event: unknown): void => {
    const heard = listeners.get(name);
    if (heard?.size) for (const listener of heard) listener(event as never);
    else retained.push({ name, event });
  };
  const PushNotifications: CapacitorPushNotifications = {
    async addListener(name: string, listener: (event: never) => void) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      for (const one of retained.filter((kept) => kept.name === name)) listener(one.event as never);
      return { remove: async () => void heard.delete(listener) };
    },
    checkPermissions: async () => ({ receive: phone.permission }),
    async requestPermissions() {
      calls.push('ask');
      phone.permission = answer;
      return { receive: answer };
    },
    async register() {
      calls.push('register');
      setTimeout(() =>
        phone.failure === null
          ? fire('registration', { value: phone.token })
          : fire('registrationError', { error: phone.failure }),
      );
    },
    unregister: async () => void calls.push('unregister'),
  };
  const tap = (data: unknown, actionId = 'tap'): void =>
    fire('pushNotificationActionPerformed', { actionId, notification: { id: '1', data } });
  return { PushNotifications, phone, calls, fire, tap };
}

const devicesOf = async (id: string) =>
  (
    await db.owner.query(
      'select token, provider, platform, deactivated_at is null as rings from notify.devices where user_id = $1',
      [id],
    )
  ).rows;
const receiptsOf = async (deliveryId: string) =>
  (await db.owner.query('select kind, action_key from notify.receipts where delivery_id = $1', [deliveryId])).rows;

test('NC-42, TR-G2: registers once the person agrees, again with a token that changed, and asks once', async () => {
  const { id, rowbell } = await somebody();
  const bridge = createBridge();
  const push = rowbell.push.capacitor({ ...bridge, platform: 'ios' });
  expect(await push.register()).toBe('granted');
  expect(await push.register()).toBe('granted');
  expect(bridge.calls).toEqual(['ask', 'register', 'register']);
  expect(await devicesOf(id)).toEqual([{ token: bridge.phone.token, provider: 'apns', platform: 'ios', rings: true }]);
  bridge.phone.token = randomBytes(32).toString('hex');
  bridge.fire('registration', { value: bridge.phone.token });
  await expect.poll(async () => (await devicesOf(id)).map(({ token }) => token)).toContain(bridge.phone.token);
});

test('NC-42: somebody who does not want it is not registered, nor asked again; a phone that cannot says why', async () => {
  const { id, rowbell } = await somebody();
  const unwilling = createBridge('denied');
  const push = rowbell.push.capacitor({ ...unwilling, platform: 'android' });
  expect([await push.register(), await push.register(), unwilling.calls]).toEqual(['denied', 'denied', ['ask']]);
  const broken = createBridge();
  broken.phone.failure = 'no valid aps-environment';
  await expect(rowbell.push.capacitor({ ...broken, platform: 'ios' }).register()).rejects.toThrow('aps-environment');
  expect(await devicesOf(id)).toEqual([]);
});

test('NC-42, TR-G2: signing out unregisters this phone, and no other of the person', async () => {
  const { id, rowbell } = await somebody();
  const token = await signToken(id, { sid: 'another phone' });
  const elsewhere = createRowbell({ url: gate.url, getToken: () => token });
  await elsewhere.push.capacitor({ ...createBridge(), platform: 'ios' }).register();
  const bridge = createBridge();
  await rowbell.push.capacitor({ ...bridge, platform: 'android' }).register();
  expect((await devicesOf(id)).filter(({ rings }) => rings)).toHaveLength(2);
  await rowbell.signOut();
  expect(bridge.calls).toEqual(['ask', 'register', 'unregister']);
  expect((await devicesOf(id)).filter(({ rings }) => rings).map(({ provider }) => provider)).toEqual(['apns']);
  await expect(rowbell.inbox.counts()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('NC-42, TR-G9: a tap is an event with the trip and where in it; the page is not loaded anew', async () => {
  const { id, rowbell } = await somebody();
  const bridge = createBridge();
  const taps: PushTap[] = [];
  const stop = rowbell.push.capacitor({ ...bridge, platform: 'ios' }).onTap((tap) => taps.push(tap));
  const { deliveryId } = await makeDelivery(db, id);
  bridge.tap({ tripId: '42', overlay: 'scheduling', deliveryId });
  bridge.tap({ tripId: '43', deliveryId });
  bridge.tap({ circleId: '7' });
  bridge.tap(undefined);
  expect(taps).toMatchObject([
    { tripId: '42', overlay: 'scheduling', actionKey: undefined },
    { tripId: '43', overlay: undefined },
    { tripId: undefined, data: { circleId: '7' } },
    { tripId: undefined, data: {} },
  ]);
  await expect.poll(() => receiptsOf(deliveryId)).toEqual([{ kind: 'opened', action_key: null }]);
  stop();
  bridge.tap({ tripId: '44' });
  expect(taps).toHaveLength(4);
});

test('NC-42: the tap that started the app waits for the first listener, and only for that', async () => {
  const { rowbell } = await somebody();
  const bridge = createBridge();
  bridge.tap({ tripId: '42', overlay: 'itinerary' });
  const push = rowbell.push.capacitor({ ...bridge, platform: 'ios' });
  await new Promise((resolve) => setImmediate(resolve));
  const taps: (string | undefined)[] = [];
  push.onTap(({ tripId }) => taps.push(tripId));
  push.onTap(({ tripId }) => taps.push(`again ${tripId}`));
  expect(taps).toEqual(['42']);
});

test('NC-42: that a push was opened is reported when there is a network again; a button is a click', async () => {
  const { id, rowbell } = await somebody({ retries: 0 });
  const bridge = createBridge();
  rowbell.push.capacitor({ ...bridge, platform: 'ios' });
  const { deliveryId } = await makeDelivery(db, id);
  gate.way = 'down';
  bridge.tap({ deliveryId });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await receiptsOf(deliveryId)).toEqual([]);
  gate.reset();
  await expect.poll(() => receiptsOf(deliveryId)).toEqual([{ kind: 'opened', action_key: null }]);
});
