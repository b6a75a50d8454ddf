import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makeDevice, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(() => forget(db));

const channels = ['push', 'email'];
const makeCategorized = async (category: string) => {
  const type = await makeType(db, { channels, defaultChannels: channels });
  await db.owner.query('update notify.notification_types set category = $2 where key = $1', [type, category]);
  return type;
};
const makeAda = async () => {
  const id = await makePerson(db, { email: `ada-${crypto.randomUUID()}@example.com` });
  await makeDevice(db, id);
  return id;
};
const change = async (id: string, mutation: string, input: Record<string, unknown>) => {
  const Input = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const selection = mutation.startsWith('set') ? '{ enabled }' : '';
  const answer = await api.ask(`mutation ($input: ${Input}!) { ${mutation}(input: $input) { result ${selection} } }`, {
    token: await signToken(id),
    variables: { input },
  });
  expect(answer.errors).toEqual([]);
};
/** "channel status reason" of what a person is sent of a type. */
async function deliveriesOf(id: string, type: string): Promise<string[]> {
  const { rows } = await db.owner.query<{ said: string }>(
    `select distinct concat_ws(' ', d.channel, d.status, d.reason) as said
     from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
     where n.recipient_id = $1 and n.type_key = $2 order by 1`,
    [id, type],
  );
  return rows.map(({ said }) => said);
}
const both = ['email queued', 'push queued'];
const emailOff = ['email canceled turned_off', 'push queued'];

test.each([
  [
    'one channel of a type',
    'setPreference',
    (typeKey: string) => ({ typeKey, channel: 'email', enabled: false }),
    emailOff,
  ],
  [
    'a type on all channels',
    'setTypePreferences',
    (typeKey: string) => ({ typeKey, enabled: false }),
    ['email canceled turned_off', 'push canceled turned_off'],
  ],
  [
    'a frequency of never',
    'setPreference',
    (typeKey: string) => ({ typeKey, channel: 'email', frequency: 'never' }),
    emailOff,
  ],
  [
    'the category',
    'setCategoryPreference',
    (_: string, category: string) => ({ category, channel: 'email', enabled: false }),
    emailOff,
  ],
] as const)(
  'W35: what waits for a worker ends when its person switches off %s',
  async (_what, mutation, input, left) => {
    const category = `w35_${crypto.randomUUID().slice(0, 8)}`;
    const [type, other] = [await makeCategorized(category), await makeCategorized(`${category}_other`)];
    const [ada, ben] = [await makeAda(), await makeAda()];
    await tell(db, type, [ada, ben]);
    await tell(db, other, [ada]);
    await planDue(db);
    expect(await deliveriesOf(ada, type)).toEqual(both);
    // As after an answer that asks for another try.
    await db.owner.query(
      `update notify.deliveries set attempt = 1, due_at = now() + interval '1 hour' where recipient_id = $1`,
      [ada],
    );
    await change(ada, mutation, input(type, category));
    expect(await deliveriesOf(ada, type)).toEqual(left);
    expect([await deliveriesOf(ben, type), await deliveriesOf(ada, other)]).toEqual([both, both]);
  },
);

test('W35: what is locked goes out, as does what is switched on, and a choice that is taken back for a default of off ends it', async () => {
  const category = `w35_${crypto.randomUUID().slice(0, 8)}`;
  const [locked, optional] = [await makeCategorized(category), await makeCategorized(category)];
  await db.owner.query(`update notify.notification_types set locked_channels = '{email}' where key = $1`, [locked]);
  await db.owner.query(`update notify.notification_types set default_channels = '{push}' where key = $1`, [optional]);
  const ada = await makeAda();
  await change(ada, 'setPreference', { typeKey: optional, channel: 'email', enabled: true });
  for (const type of [locked, optional]) await tell(db, type, [ada]);
  await planDue(db);
  await change(ada, 'setCategoryPreference', { category, channel: 'email', enabled: false });
  expect([await deliveriesOf(ada, locked), await deliveriesOf(ada, optional)]).toEqual([both, both]);
  await change(ada, 'resetPreference', { typeKey: optional, channel: 'email' });
  expect([await deliveriesOf(ada, locked), await deliveriesOf(ada, optional)]).toEqual([both, emailOff]);
});

test('W35: what a worker has taken is its own', async () => {
  const type = await makeCategorized('w35_taken');
  const ada = await makeAda();
  await tell(db, type, [ada]);
  await planDue(db);
  await db.owner.query(
    `update notify.deliveries set status = 'sending', due_at = null, claim_id = uuidv7(), attempt = 1 where recipient_id = $1 and channel = 'email'`,
    [ada],
  );
  await change(ada, 'setTypePreferences', { typeKey: type, enabled: false });
  expect(await deliveriesOf(ada, type)).toEqual(['email sending', 'push canceled turned_off']);
});
