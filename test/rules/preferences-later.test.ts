import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
});
afterAll(() => db.drop());

const all = ['push', 'email', 'sms', 'voice', 'in_app', 'webhook'];
const asPerson = (person: string, sql: string, values: readonly unknown[]) =>
  db.asUser(person, (client) => client.query(sql, [...values]), { commit: true });
/** "channel on|off frequency" of a type, as the person reads it. */
const mine = async (person: string, type: string) => {
  const { rows } = await asPerson(
    person,
    'select channel, enabled, frequency from notify.my_preferences() where type_key = $1 order by channel',
    [type],
  );
  return rows.map((p) => `${p.channel} ${p.enabled ? 'on' : 'off'} ${p.frequency}`);
};
/** The same, as the rules see it. */
const ruled = async (person: string, type: string, channels: readonly string[]) => {
  const { rows } = await db.owner.query(
    `select channel, enabled, frequency from notify_private.rule_inputs(
       array(select notify_private.candidate(null, uuidv7(), $2, $1, c) from unnest($3::text[]) as c), now()) order by channel`,
    [person, type, channels],
  );
  return rows.map((p) => `${p.channel} ${p.enabled ? 'on' : 'off'} ${p.frequency}`);
};
const use = (type: string, channels: readonly string[]) =>
  db.owner.query('update notify.notification_types set channels = $2, default_channels = $2 where key = $1', [
    type,
    channels,
  ]);
const inCategory = (type: string, category: string) =>
  db.owner.query('update notify.notification_types set category = $2 where key = $1', [type, category]);

describe('W12: what is said of all channels holds for those that come later', () => {
  test('exactly email: no other channel that the type begins to use', async () => {
    const [person, type] = [await makePerson(db), await makeType(db, { channels: ['push', 'email'] })];
    await asPerson(person, `select notify.set_type_preferences($1, channels => '{email}')`, [type]);
    await use(type, all);
    const said = ['email on instant', ...['in_app', 'push', 'sms', 'voice', 'webhook'].map((c) => `${c} off instant`)];
    expect(await mine(person, type)).toEqual(said);
    expect(await ruled(person, type, all)).toEqual(said);
    expect(await mine(await makePerson(db), type)).toEqual([...all].sort().map((c) => `${c} on instant`));
  });

  test('a category that is off: no type that comes into it, on no channel', async () => {
    const [person, type] = [await makePerson(db), await makeType(db, { channels: ['push', 'email'] })];
    await inCategory(type, 'tours');
    await asPerson(person, `select notify.set_category_preference('tours', enabled => false)`, []);
    const later = await makeType(db, { channels: ['sms', 'in_app'] });
    await inCategory(later, 'tours');
    expect(await mine(person, later)).toEqual(['in_app off instant', 'sms off instant']);
    expect(await ruled(person, later, ['in_app', 'sms'])).toEqual(['in_app off instant', 'sms off instant']);
  });

  test('what is noted for channels to come is no choice that is counted, nor named in the activity', async () => {
    const [person, type] = [await makePerson(db), await makeType(db, { channels: ['push', 'email'] })];
    await inCategory(type, 'counted');
    await asPerson(person, 'select notify.set_type_preferences($1, enabled => false)', [type]);
    await asPerson(person, `select notify.set_category_preference('counted', enabled => false)`, []);
    expect(
      await one(
        db.owner,
        `select array_agg(metadata ->> 'channels' order by id) from notify.activities where user_id = $1`,
        [person],
      ),
    ).toEqual(['["email", "push"]', '["email", "push"]']);
    expect(
      await one(db.owner, `select array_agg(distinct channel) from analytics.preferences where category = 'counted'`),
    ).toEqual(['email', 'push']);
    const { rows } = await asPerson(person, 'select notify.reset_preferences() as count', []);
    expect(rows).toEqual([{ count: 4 }]);
    await use(type, all);
    expect(await mine(person, type)).toEqual([...all].sort().map((c) => `${c} on instant`));
  });

  test('whatever is said in whatever order, and whatever comes afterwards', async () => {
    const subset = fc.subarray(['push', 'email', 'sms'], { minLength: 1 });
    const frequency = fc.constantFrom('instant', 'daily', 'weekly', 'never');
    const enabled = fc.boolean();
    const statement = fc.oneof(
      fc.record({ of: fc.constant('type' as const), enabled }),
      fc.record({ of: fc.constant('type' as const), frequency }),
      fc.record({ of: fc.constant('exactly' as const), channels: fc.subarray(['push', 'email', 'sms']) }),
      fc.record({ of: fc.constant('channel' as const), channel: fc.constantFrom('push', 'email', 'sms'), enabled }),
      fc.record({ of: fc.constant('category' as const), enabled }),
      fc.record({ of: fc.constant('category' as const), frequency }),
    );
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(statement, { maxLength: 6 }),
        fc.subarray(all, { minLength: 1 }),
        subset,
        async (said, later, defaults) => {
          const category = `later_${++nth}`;
          const [person, type] = [
            await makePerson(db, { devices: [] }),
            await makeType(db, { channels: ['push', 'email', 'sms'], defaultChannels: defaults }),
          ];
          await inCategory(type, category);
          // The model: one slot for every channel there will ever be, of the type and of its category.
          type Slot = { enabled?: boolean; frequency?: string };
          const slots = { type: new Map<string, Slot>(), category: new Map<string, Slot>() };
          const note = (of: 'type' | 'category', channel: string, slot: Slot) =>
            slots[of].set(channel, { ...slots[of].get(channel), ...slot });
          for (const s of said) {
            if (s.of === 'exactly') {
              await asPerson(person, 'select notify.set_type_preferences($1, channels => $2)', [type, s.channels]);
              for (const channel of all) note('type', channel, { enabled: s.channels.includes(channel) });
            } else if (s.of === 'channel') {
              await asPerson(person, 'select notify.set_preference($1, $2, $3)', [type, s.channel, s.enabled]);
              note('type', s.channel, { enabled: s.enabled });
            } else {
              const slot = 'enabled' in s ? { enabled: s.enabled } : { frequency: s.frequency };
              await asPerson(
                person,
                s.of === 'type'
                  ? 'select notify.set_type_preferences($1, enabled => $2, frequency => $3)'
                  : 'select notify.set_category_preference($1, enabled => $2, frequency => $3)',
                [s.of === 'type' ? type : category, slot.enabled ?? null, slot.frequency ?? null],
              );
              // There are digests of push and email only: elsewhere that says nothing.
              const digests = slot.frequency === 'daily' || slot.frequency === 'weekly';
              for (const channel of digests ? ['push', 'email'] : all) note(s.of, channel, slot);
            }
          }
          const expected = (channel: string, own: Slot | undefined, byDefault: boolean) => {
            const general = slots.category.get(channel);
            const often = own?.frequency ?? general?.frequency ?? 'instant';
            const digests = channel === 'push' || channel === 'email' || often === 'never';
            return `${channel} ${(own?.enabled ?? general?.enabled ?? byDefault) ? 'on' : 'off'} ${digests ? often : 'instant'}`;
          };
          const sorted = [...later].sort();
          await use(type, later);
          const ofType = sorted.map((channel) => expected(channel, slots.type.get(channel), true));
          expect(await mine(person, type)).toEqual(ofType);
          expect(await ruled(person, type, later)).toEqual(ofType);
          const other = await makeType(db, { channels: later });
          await inCategory(other, category);
          expect(await mine(person, other)).toEqual(sorted.map((channel) => expected(channel, undefined, true)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
