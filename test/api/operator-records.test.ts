import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { installPack, makePerson, makeType, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

let db: TestDatabase;
/** What the calls below are about. */
const known: Record<string, unknown> = { why: 'asked for by the product', smtp: senders.smtp };
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  const email = 'ada@example.com';
  known.person = await makePerson(db, { email });
  known.type = await makeType(db, { channels: ['push', 'email'] });
  known.event = await tell(db, String(known.type), [String(known.person)]);
  await db.owner.query(`update notify.events set plan_error = 'no copy'`);
  const made = await makeDelivery(db, String(known.person), {
    channel: 'email',
    provider: 'smtp',
    address: email,
    status: 'failed',
  });
  known.delivery = made.deliveryId;
  await db.owner.query('update notify.notifications set type_key = $1', [known.type]);
  known.stranger = await createUser(db);
  await db.owner.query(`update notify.users set email = 'bob@example.com' where id = $1`, [known.stranger]);
  known.endpoint = await one(
    db.owner,
    `select (notify.create_status_endpoint('https://app.example/status')).status_endpoint_id`,
  );
  known.announcement = await one(
    db.owner,
    `insert into notify.announcements (texts) values ('{"en": {"title": "Soon", "body": "Soon"}}') returning id`,
  );
  known.sweep = await one(
    db.owner,
    `insert into notify.sweeps (key, pack, function, next_run_at)
    values ('some', 'engine_test', 'engine_test.sweep', now() + interval '1 day') returning key`,
  );
  await db.owner.query(`
    insert into notify.consent_rules (region, regime) values ('XX', 'opt_in');
    insert into notify.spending_caps (channel, country, per_day, currency, unit_price) values ('sms', 'XX', 1, 'EUR', 0.1);
    insert into notify.suppressions (channel, address, reason) values ('email', 'eve@example.com', 'complaint')`);
});
afterAll(async () => {
  await db?.drop();
});

/** A call of each function that changes something for operators, and what it says that it was done to. */
const calls: Readonly<Record<string, readonly [call: string, target: string | RegExp]>> = {
  announce: [`cast(array[row('en', 'Soon', 'We are away at night', null)] as notify.announcement_text[]), :why`, /-/],
  close_connections: [':person, :why', ':person'],
  create_status_endpoint: [`'https://app.example/other', note => :why`, /-/],
  delete_consent_rule: [`'XX', :why`, 'XX'],
  delete_spending_cap: [`'sms', 'XX', :why`, 'sms XX'],
  delete_status_endpoint: [':endpoint, :why', ':endpoint'],
  end_session_for: [`:person, 'a session', :why`, ':person'],
  erase_person: [`:person, 'operator', :person, note => :why`, /-/],
  pause_provider: [`'apns', now() + interval '1 hour', :why`, 'apns'],
  request_email_verification_for: [':stranger, :why', /-/],
  resend: [':delivery, :why', ':delivery'],
  resume_provider: [`'apns', :why`, 'apns'],
  resume_sender: [':smtp, note => :why', ':smtp'],
  resume_status_endpoint: [':endpoint, :why', ':endpoint'],
  retry_event: [':event, :why', ':event'],
  rotate_status_endpoint_secret: [':endpoint, note => :why', ':endpoint'],
  run_sweep: [':sweep, :why', ':sweep'],
  set_consent_rule: [`'FR', 'opt_in', :why`, 'FR'],
  set_limit: [`'undo_records', 7, :why`, 'undo_records'],
  set_retention: [`'notify.operator_actions', '4 years', :why`, 'notify.operator_actions'],
  set_sender: [`'default', 'smtp', note => :why`, /^\d+$/],
  set_spending_cap: [`'sms', 'FR', 7, note => :why`, 'sms FR'],
  stop_event: [':event, :why', ':event'],
  suppress_address: [`'email', 'ada@example.com', note => :why`, /-/],
  unsuppress_address: [`'email', 'eve@example.com', :why`, /-/],
  update_settings: ['daily_cap => 7, note => :why', 'settings'],
  update_status_endpoint: [':endpoint, enabled => false, note => :why', ':endpoint'],
  update_type_defaults: [':type, enabled => false, note => :why', ':type'],
  withdraw_announcement: [':announcement, :why', ':announcement'],
  withdraw_consent_for: [`:person, 'a letter', 'email', note => :why`, /-/],
};
/** Of what operators may do as anybody may, for themselves. */
const own = ['end_session'];

const filled = (text: string, quoted: boolean) =>
  text.replace(/:(\w+)/g, (_, name: string) => (quoted ? `'${known[name]}'` : String(known[name])));

/** Rows that a call leaves, which is undone afterwards. */
const recorded = (name: string, as: 'asOperator' | 'asWriter') =>
  db[as](
    async (client) => {
      await client.query(`select notify.${name}(${filled(calls[name]?.[0] ?? '', true)})`);
      if (as === 'asWriter') await client.query('reset role');
      return (await client.query('select operator_id, kind, target, note from notify.operator_actions')).rows;
    },
    { userId: String(known.stranger) },
  );

test('issue 12, 6: each function by which operators change something writes down who did what, and why', async () => {
  const { rows } = await db.owner.query<{ name: string; source: string }>(
    `select p.proname as name, p.prosrc as source
     from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
     where p.provolatile = 'v' and n.nspname !~ '_(private|hidden)$|^pg_|^(information_schema|engine_test|graphile_worker|public)$'
       and has_schema_privilege('rowbell_operator', n.oid, 'usage')
       and has_function_privilege('rowbell_operator', p.oid, 'execute')
     order by 1`,
  );
  const theirs = rows.filter(({ name }) => !own.includes(name));
  expect(theirs.map(({ name }) => name)).toEqual(Object.keys(calls).sort());
  // By its own name: kind says which it was.
  const silent = theirs.filter(({ name, source }) => !new RegExp(`_operator_action\\('${name}',`).test(source));
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test.each(Object.keys(calls))('issue 12, 6: %s is written down, once', async (name) => {
  const target = calls[name]?.[1] ?? '';
  expect(await recorded(name, 'asOperator')).toEqual([
    {
      operator_id: known.stranger,
      kind: name,
      target: typeof target === 'string' ? filled(target, false) : expect.stringMatching(target),
      note: known.why,
    },
  ]);
});

test('issue 12, 6: a service that does the same is no operator', async () => {
  for (const name of ['update_status_endpoint', 'end_session_for', 'withdraw_consent_for', 'erase_person'])
    expect([name, await recorded(name, 'asWriter')]).toEqual([name, []]);
});

test('issue 12, 6: what changes nothing, or is refused, is not written down; a note is never empty', async () => {
  const asked = (call: string) =>
    db.asOperator(async (client) => {
      await client.query(`select notify.${call}`);
      return (await client.query('select kind, note from notify.operator_actions')).rows;
    });
  for (const call of [
    `delete_consent_rule('YY')`,
    `delete_spending_cap('sms', 'YY')`,
    'delete_status_endpoint(uuidv7())',
    'retry_event(uuidv7())',
    `unsuppress_address('email', 'nobody@example.com', 'asked for by the product')`,
  ])
    expect([call, await asked(call)]).toEqual([call, []]);
  expect(await asked(`set_limit('undo_records', 7)`)).toEqual([{ kind: 'set_limit', note: null }]);
  for (const note of [`''`, `repeat('x', 501)`])
    await expect(asked(`set_limit('undo_records', 7, ${note})`)).rejects.toThrow('note: must have 1 to 500 characters');
});

test('issue 12, 6: an operator cannot write the record but by doing something', async () => {
  for (const statement of [
    `insert into notify.operator_actions (kind, target) values ('resend', 'x')`,
    `update notify.operator_actions set note = 'another'`,
    'delete from notify.operator_actions',
  ])
    await expect(db.asOperator((client) => client.query(statement))).rejects.toThrow(/permission denied/);
});
