import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';
import { type Customer, heard, makeCustomer, startWorld, type World, write } from './world.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What people say to the API, and what their phone and mailbox then get. */
let world: World;
let api: TestApi;
beforeAll(async () => {
  world = await startWorld();
  api = await startTestApi(world.db);
});
afterAll(async () => {
  await api?.stop();
  await world?.stop();
});

const ask = async (userId: string, mutation: string, role?: string) =>
  api.ask(`mutation { ${mutation} { clientMutationId } }`, {
    token: await signToken(userId, { ...(role && { role }) }),
  });
const say = async (customer: Customer, mutation: string) =>
  expect((await ask(customer.id, mutation)).errors).toEqual([]);
const pay = async ({ id }: Customer, status = 'completed') => {
  const payment = await write(
    world.db,
    `insert into accounts.payments (user_id, amount, currency) values ($1, 5, 'EUR') returning id`,
    [id],
  );
  await write(world.db, 'update accounts.payments set status = $2 where id = $1', [payment, status]);
};
/** How often the phone rang and mail came for a type. */
const got = async (customer: Customer, type: string, events = 1) => {
  const { push, mail } = await heard(world, customer, type, events);
  return { push: push.length, mail: mail.length };
};
const fateOf = (customer: Customer, type: string) =>
  until(`${type} is decided`, async () => {
    const { rows } = await world.db.owner.query<{ fate: string }>(
      `select concat_ws(' ', c.channel, c.outcome, c.rule, c.reason) as fate
       from notify.decisions as c join notify.events as e on e.id = c.event_id
       where c.recipient_id = $1 and e.type_key = $2 order by c.channel`,
      [customer.id, type],
    );
    return rows.length > 0 && rows.map(({ fate }) => fate);
  });

test('NC-10 NC-63: channels that a person chose are used for a type, the others are not', async () => {
  const [ada, bob] = [await makeCustomer(world.db), await makeCustomer(world.db)];
  await say(ada, 'setPreference(input: { typeKey: "payment_completed", channel: push, enabled: true })');
  await say(ada, 'setPreference(input: { typeKey: "payment_completed", channel: email, enabled: false })');
  await pay(ada);
  await pay(bob);
  expect(await got(ada, 'payment_completed')).toEqual({ push: 1, mail: 0 });
  expect(await got(bob, 'payment_completed')).toEqual({ push: 0, mail: 1 });
});

test('NC-11: a default that operators change reaches those who chose nothing; reset, a person follows it as well', async () => {
  const [ada, bob] = [await makeCustomer(world.db), await makeCustomer(world.db)];
  const refund = async (customer: Customer) => {
    await pay(customer);
    await write(
      world.db,
      `update accounts.payments set status = 'refunded' where user_id = $1 and status = 'completed'`,
      [customer.id],
    );
  };
  await say(ada, 'setTypePreferences(input: { typeKey: "payment_refunded", channels: [email, in_app] })');
  const operator = await createUser(world.db);
  const defaults = 'updateTypeDefaults(input: { typeKey: "payment_refunded", defaultChannels: [push, in_app] })';
  expect((await ask(bob.id, defaults)).codes).toEqual(['INVALID_INPUT']);
  expect((await ask(operator, defaults, 'operator')).codes).toEqual([]);
  await refund(ada);
  await refund(bob);
  expect(await got(ada, 'payment_refunded')).toEqual({ push: 0, mail: 1 });
  expect(await got(bob, 'payment_refunded')).toEqual({ push: 1, mail: 0 });
  await say(ada, 'resetPreferences(input: {})');
  await refund(ada);
  expect(await got(ada, 'payment_refunded', 2)).toEqual({ push: 1, mail: 1 });
});

test('NC-13: never sends nothing and records why', async () => {
  const ada = await makeCustomer(world.db);
  await say(ada, 'setTypePreferences(input: { typeKey: "payment_completed", frequency: never })');
  await pay(ada);
  for (const fate of await fateOf(ada, 'payment_completed')) expect(fate).toMatch(/^\w+ suppress preference \w+$/);
  // Another type, later, has arrived: what was not to come did not come before it.
  await pay(ada, 'failed');
  expect(await got(ada, 'payment_failed')).toEqual({ push: 1, mail: 1 });
  expect(world.sandbox.journal.list({ provider: 'smtp', address: ada.email })).toHaveLength(1);
});

test('NC-15 NC-16: what is refused changes nothing: the alert about a low balance comes all the same', async () => {
  const ada = await makeCustomer(world.db);
  const off = 'setPreference(input: { typeKey: "low_balance", channel: email, enabled: false })';
  expect((await ask(ada.id, off)).errors[0]?.extensions).toEqual({ code: 'LOCKED', field: 'enabled' });
  const unknown = 'setPreference(input: { typeKey: "low_balance", channel: "fax", enabled: false })';
  expect((await ask(ada.id, unknown)).errors[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'channel' });
  await write(
    world.db,
    `insert into accounts.balances (user_id, currency, amount, low_threshold) values ($1, 'EUR', 20, 10)`,
    [ada.id],
  );
  await write(world.db, 'update accounts.balances set amount = 5 where user_id = $1', [ada.id]);
  expect(await got(ada, 'low_balance')).toEqual({ push: 1, mail: 1 });
});

test('NC-12: quiet hours hold the push of a payment, and a suspicious log-in passes them', async () => {
  const ada = await makeCustomer(world.db);
  // All but one hour of each day, and that hour is not now.
  const clock = (hours: number) => `${String((new Date().getUTCHours() + hours) % 24).padStart(2, '0')}:00`;
  const days = [1, 2, 3, 4, 5, 6, 7].map(
    (day) => `{ weekday: ${day}, startsAt: "${clock(4)}", endsAt: "${clock(3)}" }`,
  );
  await say(ada, `updatePersonalSettings(input: { timeZone: "Etc/UTC", quietHours: [${days.join()}] })`);
  await pay(ada, 'failed');
  expect(await fateOf(ada, 'payment_failed')).toContainEqual(expect.stringMatching(/^push hold quiet_hours/));
  await write(world.db, 'insert into accounts.logins (user_id, is_suspicious) values ($1, true)', [ada.id]);
  expect(await got(ada, 'login_suspicious')).toEqual({ push: 1, mail: 1 });
  expect(world.sandbox.journal.list({ provider: 'fcm', address: ada.token })).toHaveLength(1);
});
