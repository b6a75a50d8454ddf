import { describe, expect, test } from 'vitest';
import { decisionOf, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { db, inputsOf, prefer, told } from './rules-told.ts';

describe('type', () => {
  test('a disabled type tells nobody; enabled again it does', async () => {
    const type = await makeType(db, { enabled: false });
    const person = await makePerson(db);
    expect(await told(type, person)).toBe('type: type_disabled');
    await db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]);
    expect(await told(type, person)).toBe('send');
  });
});

describe('preference', () => {
  test("holds back where the person switched it off, with their choice and the type's default as inputs", async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    await prefer(person, type, 'push', false);
    const event = await tell(db, type, [person]);
    await planDue(db);
    expect(await decisionOf(db, event)).toBe('preference: turned_off');
    expect(await inputsOf(event)).toEqual({ source: 'own', enabled: false, frequency: 'instant' });
    await prefer(person, type, 'push', true);
    expect(await told(type, person)).toBe('send');
  });

  test('without a choice the default of the type decides, also when it changes later', async () => {
    const type = await makeType(db, { channels: ['push', 'in_app'], defaultChannels: ['in_app'] });
    const [chose, silent] = [await makePerson(db), await makePerson(db)];
    await prefer(chose, type, 'push', true);
    expect(await told(type, chose)).toBe('send');
    expect(await told(type, silent)).toBe('preference: off_by_default');
    expect(await told(type, silent, 'in_app')).toBe('send');
    await db.owner.query(`update notify.notification_types set default_channels = '{push}' where key = $1`, [type]);
    expect(await told(type, silent)).toBe('send');
  });

  test('of one type, channel or person says nothing about another', async () => {
    const [type, otherType] = [await makeType(db, { channels: ['push', 'in_app'] }), await makeType(db)];
    const [person, other] = [await makePerson(db), await makePerson(db)];
    await prefer(person, type, 'push', false);
    expect(await told(type, person)).toBe('preference: turned_off');
    expect(await told(type, person, 'in_app')).toBe('send');
    expect(await told(otherType, person)).toBe('send');
    expect(await told(type, other)).toBe('send');
  });
});

describe('address', () => {
  test.each(['push', 'email', 'sms', 'webhook'])('someone without any on %s', async (channel) => {
    const type = await makeType(db, { channels: [channel] });
    const person = await makePerson(db, { devices: [] });
    expect(await told(type, person, channel)).toBe('address: no_address');
  });

  test('a deactivated device is none', async () => {
    const type = await makeType(db);
    const person = await makePerson(db);
    await db.owner.query(
      `update notify.devices set deactivated_at = now(), deactivation_reason = 'unregistered' where user_id = $1`,
      [person],
    );
    expect(await told(type, person)).toBe('address: no_address');
  });

  test('all devices of a person are rung, and only theirs', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { devices: ['apns', 'apns', 'fcm'] });
    await makePerson(db);
    expect(await told(type, person)).toBe('send');
    const { rows } = await db.owner.query('select provider, recipient_id from notify.deliveries order by provider');
    expect(rows).toEqual(['apns', 'apns', 'fcm'].map((provider) => ({ provider, recipient_id: person })));
  });
});

describe('suppression list', () => {
  const suppress = (channel: string, address: string, expires: string | null = null) =>
    db.owner.query(
      `insert into notify.suppressions (channel, address, reason, expires_at) values ($1, $2, 'hard_bounce', now() + $3::interval)`,
      [channel, address, expires],
    );

  test('an address on it is not used, whatever the case of its letters', async () => {
    const type = await makeType(db, { channels: ['email'] });
    const [person, other] = [
      await makePerson(db, { email: 'Ada@Example.com' }),
      await makePerson(db, { email: 'grace@example.com' }),
    ];
    await suppress('email', 'ada@example.com');
    expect(await told(type, person, 'email')).toBe('suppression_list: hard_bounce');
    expect(await told(type, other, 'email')).toBe('send');
  });

  test('an entry that has expired, or of another channel, does not count', async () => {
    const type = await makeType(db, { channels: ['sms'] });
    const person = await makePerson(db, { phone: '+15550001111' });
    await suppress('webhook', '+15550001111');
    await suppress('sms', '+15550001111', '-1 second');
    expect(await told(type, person, 'sms')).toBe('send');
    await db.owner.query(`update notify.suppressions set expires_at = now() + interval '1 hour' where channel = 'sms'`);
    expect(await told(type, person, 'sms')).toBe('suppression_list: hard_bounce');
  });

  test('where one of several addresses is on it, the others are used and that one is recorded as suppressed', async () => {
    const type = await makeType(db);
    const person = await makePerson(db, { devices: ['apns', 'fcm'] });
    const token = await one<string>(
      db.owner,
      `select token from notify.devices where user_id = $1 and provider = 'fcm'`,
      [person],
    );
    await suppress('push', token);
    expect(await told(type, person)).toBe('send');
    const { rows } = await db.owner.query('select provider, status, reason from notify.deliveries order by provider');
    expect(rows).toEqual([
      { provider: 'apns', status: 'queued', reason: null },
      { provider: 'fcm', status: 'suppressed', reason: 'hard_bounce' },
    ]);
  });
});

describe('the order', () => {
  test('the first rule that holds something back is the one that is named', async () => {
    const filler = await makeType(db);
    const type = await makeType(db, { enabled: false, dedupeKey: 'k' });
    const person = await makePerson(db, { devices: [] });
    await prefer(person, type, 'push', false);
    const lift = [
      [
        'type: type_disabled',
        () => db.owner.query('update notify.notification_types set enabled = true where key = $1', [type]),
      ],
      ['preference: turned_off', () => prefer(person, type, 'push', true)],
      [
        'address: no_address',
        async () => {
          await db.owner.query(
            `insert into notify.devices (user_id, provider, token) values ($1, 'apns', 'suppressed')`,
            [person],
          );
          await db.owner.query(
            `insert into notify.suppressions (channel, address, reason) values ('push', 'suppressed', 'operator')`,
          );
        },
      ],
      [
        'suppression_list: operator',
        async () => {
          await db.owner.query('delete from notify.suppressions');
          // Now both the key and the cap are used up.
          await told(type, person);
          for (let n = 0; n < 2; n++) await told(filler, person);
        },
      ],
      ['dedupe: already_sent', () => db.owner.query('delete from notify_private.dedupe_keys')],
      ['daily_cap: cap_reached', () => db.owner.query('delete from notify_private.daily_counters')],
    ] as const;
    for (const [verdict, remove] of lift) {
      expect(await told(type, person)).toBe(verdict);
      await remove();
    }
    expect(await told(type, person)).toBe('send');
  });
});
