import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeCoach, makePreview } from '../coaching/world.ts';
import { makeDelivery } from '../support/engine.ts';
import { inboxRows } from '../support/inbox.ts';
import { db, somebody } from './world.ts';

const apnsToken = () => randomBytes(32).toString('hex');

describe('inbox', () => {
  test('pages forwards and backwards, and counts what the filter finds', async () => {
    const { rowbell, notificationIds } = await somebody();
    const first = await rowbell.inbox.page({ first: 2 });
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([3, true]);
    const rest = await rowbell.inbox.page({ first: 2, after: first.pageInfo.endCursor });
    const ids = [...first.nodes, ...rest.nodes].map(({ id }) => id);
    expect(ids).toEqual(notificationIds.toReversed());
    const before = await rowbell.inbox.page({ last: 2, before: rest.pageInfo.startCursor });
    expect(before.nodes.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    await rowbell.inbox.markRead(ids.slice(0, 1));
    expect(await rowbell.inbox.counts({ read: true })).toMatchObject({
      unread: 2,
      total: 1,
      categories: [{ total: 1 }],
    });
    expect((await rowbell.inbox.page({ sort: 'unread_first' })).nodes.map(({ id }) => id)).toEqual([
      ...ids.slice(1),
      ...ids.slice(0, 1),
    ]);
  });

  test('changes ids, what a filter finds, or all, and takes it back', async () => {
    const { id, rowbell, notificationIds } = await somebody();
    const archived = async () => (await inboxRows(db, id)).filter((row) => row.archived_at).length;
    const one = await rowbell.inbox.change('archive', notificationIds.slice(0, 1));
    expect([one.changed, await archived()]).toEqual([1, 1]);
    const rest = await rowbell.inbox.change('archive', { filter: { places: ['inbox'] } });
    expect([rest.changed, await archived()]).toEqual([2, 3]);
    expect([await rest.undo(), await archived()]).toEqual([2, 1]);
    expect([await rowbell.inbox.undo(one.undoToken ?? ''), await archived()]).toEqual([1, 0]);
    expect(await (await rowbell.inbox.change('unarchive', 'all')).undo()).toBe(0);
    const snoozed = await rowbell.inbox.snooze('all', new Date(Date.now() + 3_600_000).toISOString());
    expect([snoozed.changed, (await rowbell.inbox.counts()).unread]).toEqual([3, 0]);
  });

  test('marks without undo, and says what the phone saw', async () => {
    const { id, rowbell, notificationIds } = await somebody();
    expect(await rowbell.inbox.markSeen(notificationIds)).toBe(3);
    expect(await rowbell.inbox.archive(notificationIds.slice(0, 1))).toBe(1);
    expect(await rowbell.inbox.markAllRead()).toBe(3);
    const { deliveryId } = await makeDelivery(db, id);
    await rowbell.inbox.report(deliveryId, 'opened');
    await rowbell.inbox.report(deliveryId, 'opened');
    const { rows } = await db.owner.query('select kind from notify.receipts where delivery_id = $1', [deliveryId]);
    expect(rows).toEqual([{ kind: 'opened' }]);
  });
});

test('preferences: read as a whole, chosen and taken back; of another time as they were', async () => {
  const { rowbell } = await somebody();
  const before = await rowbell.preferences.read();
  const at = new Date().toISOString();
  const locked = before.types.find(({ source }) => source === 'locked');
  const isFree = (key: string) => !before.types.some((one) => one.typeKey === key && one.source === 'locked');
  const mine = before.types.find((one) => one.channel === 'push' && isFree(one.typeKey));
  if (!mine) throw new Error('there is no type to choose');
  const { typeKey, category, enabled } = mine;
  const now = async () =>
    (await rowbell.preferences.read()).types.find((one) => one.typeKey === typeKey && one.channel === 'push');
  expect(await rowbell.preferences.set({ typeKey, channel: 'push', enabled: !enabled })).toMatchObject({
    source: 'own',
  });
  expect(await now()).toMatchObject({ enabled: !enabled, source: 'own' });
  expect((await rowbell.preferences.read({ at })).types).toEqual(before.types);
  const refused = rowbell.preferences.set({
    typeKey: locked?.typeKey ?? '',
    channel: locked?.channel ?? 'push',
    enabled: false,
  });
  await expect(refused).rejects.toMatchObject({ code: 'LOCKED', field: 'enabled' });
  await rowbell.preferences.reset({ typeKey });
  expect(await now()).toEqual(mine);
  expect(await rowbell.preferences.setType({ typeKey, channels: ['push'] })).toEqual(
    expect.arrayContaining([expect.objectContaining({ channel: 'push', enabled: true })]),
  );
  expect(await rowbell.preferences.setCategory({ category, channel: 'push', enabled: false })).toEqual(
    expect.arrayContaining([expect.objectContaining({ channel: 'push', enabled: false })]),
  );
  await rowbell.preferences.reset();
  expect((await rowbell.preferences.updateSettings({ timeZone: 'Europe/Lisbon', dailyCap: 2 })).dailyCap).toBe(2);
  expect((await rowbell.preferences.read()).settings).toMatchObject({ timeZone: 'Europe/Lisbon', own: ['daily_cap'] });
  expect((await rowbell.preferences.resetSettings(['daily_cap'])).own).toEqual([]);
  // More than fit on a page of the API.
  expect(before.types.length).toBeGreaterThan(100);
  expect(new Set(before.types.map((one) => `${one.typeKey} ${one.channel}`)).size).toBe(before.types.length);
});

test('devices: phones and browsers, registered twice as once, and gone', async () => {
  const { rowbell } = await somebody();
  const token = apnsToken();
  const phone = await rowbell.devices.register({ provider: 'apns', token, name: 'Phone', environment: 'development' });
  expect((await rowbell.devices.register({ provider: 'apns', token, name: 'Phone' })).id).toBe(phone.id);
  const keys = { p256dh: `B${'a'.repeat(86)}`, auth: 'a'.repeat(22) };
  const subscription = { endpoint: `https://push.example.com/${token}`, expirationTime: null, keys };
  const browser = await rowbell.devices.registerBrowser(subscription, { name: 'Browser' });
  expect((await rowbell.devices.list()).map(({ name, provider }) => `${name} ${provider}`).sort()).toEqual([
    'Browser web_push',
    'Phone apns',
  ]);
  expect(await rowbell.devices.unregister({ provider: 'apns', token })).toBe(true);
  expect(await rowbell.devices.unregister({ provider: 'apns', token })).toBe(false);
  expect(await rowbell.devices.remove(browser.id)).toBe(true);
  await rowbell.devices.register({ provider: 'apns', token });
  expect(await rowbell.devices.endSession()).toBe(1);
  await expect(rowbell.devices.list()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('analytics: of everything, by type, by channel, over time, and why not', async () => {
  const { id, rowbell } = await somebody();
  await makePreview(db, id, { coachId: await makeCoach(db), channels: ['push', 'sms'], status: 'failed' });
  expect(await rowbell.analytics.summary()).toMatchObject({
    deliveries: '2',
    failed: '2',
    failureRate: 1,
    channel: null,
  });
  expect(await rowbell.analytics.summary({ channels: ['push'] })).toMatchObject({ failed: '1' });
  expect(await rowbell.analytics.byType()).toMatchObject([{ typeKey: 'coaching_preview', failed: '2' }]);
  const byChannel = await rowbell.analytics.byChannel();
  expect(byChannel.map(({ channel, failed }) => [channel, failed]).sort()).toEqual([
    ['push', '1'],
    ['sms', '1'],
  ]);
  const days = await rowbell.analytics.overTime({ step: 'day', timeZone: 'Europe/Lisbon' });
  expect(days.map(({ failed }) => Number(failed)).reduce((sum, one) => sum + one)).toBe(2);
  expect(await rowbell.analytics.reasons({ channels: ['sms'] })).toMatchObject([
    { channel: 'sms', status: 'failed', reason: 'unreachable', share: 1 },
  ]);
});

test('calls: what was sent before and after them, a page at a time', async () => {
  const { id, rowbell } = await somebody();
  await makePreview(db, id, { coachId: await makeCoach(db), channels: ['push', 'sms'], status: 'delivered' });
  const first = await rowbell.calls.history({ first: 1 });
  const second = await rowbell.calls.history({ first: 1, after: first.pageInfo.endCursor });
  expect([...first.nodes, ...second.nodes].map(({ type, status }) => `${type} ${status}`)).toEqual([
    'fallback_sms delivered',
    'preview_push delivered',
  ]);
  expect(second.nodes[0]?.call?.status).toBe('pending');
  expect((await rowbell.calls.history({ offset: 2 })).nodes).toEqual([]);
});
