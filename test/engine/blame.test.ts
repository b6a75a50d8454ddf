import { describe, expect, test } from 'vitest';
import type { Message, ProviderName } from '../../src/providers/types.ts';
import { one } from '../support/one.ts';
import {
  accepted,
  age,
  badToken,
  db,
  endPauses,
  makeDue,
  type Person,
  paused,
  people,
  person,
  type Rejected,
  rejected,
  restart,
  retired,
  send,
  statusOf,
  tellOn,
} from './blame-world.ts';

describe('W01: one recipient', () => {
  const complaints: readonly (readonly [ProviderName, Rejected])[] = [
    ['smtp', rejected('message', '5.7.9', true)],
    ['smtp', rejected('message', '5.1.8', true)],
    ['fcm', rejected('misconfigured', '404', true)],
    ['fcm', rejected('misconfigured', '401', true)],
    ['apns', rejected('misconfigured', 'InvalidProviderToken', true)],
    ['apns', badToken],
    ['web_push', rejected('origin', '401')],
    ['web_push', rejected('origin', '403')],
    ['web_push', rejected('address', '403', true)],
    ['webhook', rejected('origin', '401')],
  ];
  test.each(complaints)('does not stop %s, nobody having been accepted before: %o', async (provider, complaint) => {
    const channel = provider === 'smtp' ? 'email' : provider === 'webhook' ? 'webhook' : 'push';
    const bad = await person(provider);
    // However many addresses they have.
    if (channel === 'push') for (let n = 0; n < 20; n++) await person(provider, undefined, bad.id);
    await tellOn(channel, bad);
    await send(provider, () => complaint);
    expect(await paused()).toEqual([]);
    const good = await person(provider);
    await tellOn(channel, good);
    await send(provider, () => accepted);
    expect(await statusOf(good)).toMatchObject([{ status: 'sent' }]);
    // Nor ever: its tries end.
    for (let n = 0; n < 5; n++) {
      await makeDue();
      await send(provider, () => complaint);
      expect(await paused()).toEqual([]);
    }
    expect(new Set((await statusOf(bad)).map(({ status }) => status))).toEqual(new Set(['failed']));
  });

  test('whose mail the relay refuses at MAIL, others being accepted, does not stop it; three do', async () => {
    const refused = rejected('misconfigured', '5.1.8');
    await tellOn('email', ...(await people(3, 'smtp')));
    await send('smtp', () => accepted);
    const unlucky = await person('smtp');
    await tellOn('email', unlucky);
    for (let n = 0; n < 4; n++) {
      await makeDue();
      await send('smtp', () => refused);
      expect(await paused()).toEqual([]);
    }
    expect(await statusOf(unlucky)).toMatchObject([{ status: 'failed', reason: '5.1.8', attempt: 4 }]);
    await tellOn('email', ...(await people(2, 'smtp')));
    await send('smtp', () => refused);
    expect(await paused()).toEqual(['smtp: 5.1.8']);
  });

  test('is enough where the relay lets nobody in', async () => {
    await tellOn('email', await person('smtp'));
    await send('smtp', () => rejected('misconfigured', '5.7.8'));
    expect(await paused()).toEqual(['smtp: 5.7.8']);
  });

  test('or three, who have hundreds of addresses, do not stop what has just let others in', async () => {
    const [good, ...bad] = await people(4);
    for (const { id } of bad) for (let n = 0; n < 40; n++) await person('apns', '', id);
    await tellOn('push', good as Person);
    await send('apns', () => accepted);
    await tellOn('push', ...bad);
    await send('apns', () => badToken);
    expect(await paused()).toEqual([]);
    await age('11 minutes');
    await makeDue();
    await send('apns', () => badToken);
    expect(await paused()).toEqual(['apns: suspect_rejections']);
  });
});

describe('W04: one push service', () => {
  const [apple, mozilla] = ['https://web.push.example', 'https://updates.push.example'];

  test('that refuses us is paused alone and loses nobody; the others go on', async () => {
    const safaris = await people(5, 'web_push', apple);
    const foxes = await people(12, 'web_push', mozilla);
    const answer = ({ address }: Message) => (address.startsWith(apple) ? rejected('origin', '403') : accepted);
    await tellOn('push', ...safaris, ...foxes);
    expect(await send('web_push', answer)).toBe(17);
    expect(await paused()).toEqual([`${apple}: 403`]);
    expect(await retired()).toEqual([]);
    await tellOn('push', ...foxes);
    await makeDue();
    expect(await send('web_push', answer)).toBe(12);
    expect((await Promise.all(safaris.map(statusOf))).flat()).toMatchObject(
      safaris.map(() => ({ status: 'queued', attempt: 1 })),
    );
    // It takes us again.
    await endPauses();
    await makeDue();
    expect(await send('web_push', () => accepted)).toBe(1);
    await makeDue();
    expect(await send('web_push', () => accepted)).toBe(4);
    expect(await paused()).toEqual([]);
    const { rows } = await db.asOperator((client) =>
      client.query('select origin, accepted_at is not null as accepted from notify.provider_origins order by 1'),
    );
    expect(rows).toEqual([
      { origin: mozilla, accepted: true },
      { origin: apple, accepted: true },
    ]);
  });

  test('that does not know our new key is paused, and another one proves nothing for it', async () => {
    const safaris = await people(3, 'web_push', apple);
    const foxes = await people(3, 'web_push', mozilla);
    const mismatch = rejected('address', '403', true);
    for (const safari of safaris) {
      await tellOn('push', safari, ...foxes);
      await makeDue();
      await send('web_push', ({ address }) => (address.startsWith(apple) ? mismatch : accepted));
    }
    expect(await retired()).toEqual([]);
    expect(await paused()).toEqual([`${apple}: suspect_rejections`]);
  });
});

test('a change of credentials ends the pauses, and an unchanged one leaves them', async () => {
  await tellOn('push', ...(await people(3)), ...(await people(3, 'web_push')));
  await send('apns', () => badToken);
  await send('web_push', () => rejected('origin', '401'));
  expect(await paused()).toHaveLength(2);
  const left = `select count(*)::integer from (
    select paused_until from notify.senders union all select paused_until from notify.provider_origins) as p where paused_until > clock_timestamp()`;
  await restart('one');
  expect(await one(db.owner, left)).toBe(2);
  await restart('two');
  expect(await one(db.owner, left)).toBe(0);
  await makeDue();
  expect(await send('apns', () => accepted)).toBe(1);
});

test('what is remembered of suspects goes with the person, and after a day', async () => {
  const [one_, two] = (await people(2)) as [Person, Person];
  await tellOn('push', one_, two);
  await send('apns', () => badToken);
  const rows = 'select count(*)::integer from notify_private.suspects';
  expect(await one(db.owner, rows)).toBe(2);
  await db.owner.query(
    "update notify_private.suspects set said_at = said_at - interval '25 hours' where user_id = $1",
    [one_.id],
  );
  await db.worker.query('select notify_private.expire_keys()');
  expect(await one(db.owner, rows)).toBe(1);
  await db.asOperator((client) => client.query(`select notify.erase_person($1, 'operator', $1)`, [two.id]), {
    commit: true,
  });
  expect(await one(db.owner, rows)).toBe(0);
});
