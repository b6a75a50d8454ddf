import { domainToASCII } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
let type: string;
let operator: string;
let people = 0;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  api = await startTestApi(db);
  type = await makeType(db, { channels: ['email'] });
  operator = await signToken(await makePerson(db, { devices: [] }), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const ascii = 'xn--bcher-kva.example';
const spellings = [
  'bücher.example',
  'BÜCHER.Example',
  'bu\u0308cher.example',
  'bücher\u3002example',
  'bücher\uff0eexample',
  'bücher\uff61example',
  'ｂüｃｈｅｒ.ｅｘａｍｐｌｅ',
  'bü\u00adcher.exam\u200bple',
  ascii,
  ascii.toUpperCase(),
];

const suppress = (address: string) =>
  api.ask('mutation ($input: SuppressAddressInput!) { suppressAddress(input: $input) { result { address } } }', {
    token: operator,
    variables: { input: { channel: 'email', address } },
  });

const decided = async (person: string) => {
  const event = await tell(db, type, [person]);
  await planDue(db);
  return decisionOf(db, event, 'email');
};

describe('W11: one mailbox in many spellings', () => {
  test.each(spellings)('suppressed and stored as x@%s', async (domain) => {
    const local = `x${++people}`;
    const other = spellings[(people * 7) % spellings.length] ?? '';
    expect((await suppress(`${local}@${domain}`)).data.suppressAddress.result.address).toBe(`${local}@${ascii}`);
    const person = await makePerson(db, { devices: [], email: `${local}@${other}` });
    expect(await one(db.owner, 'select lower(email) from notify.users where id = $1', [person])).toBe(
      `${local}@${ascii}`,
    );
    expect(await decided(person)).toBe('suppression_list: operator');
    // Operators find it in any spelling, and take it off in any.
    const found = await api.ask(
      'query ($text: String!) { find(text: $text) { nodes { matched userId } } deliveriesByAddress(address: $text) { totalCount } }',
      { token: operator, variables: { text: `${local}@${domain}` } },
    );
    expect(found.data.find.nodes).toEqual([expect.objectContaining({ userId: person })]);
    const off = { channel: 'email', address: `${local}@${other}`, note: 'she asked to hear of us again' };
    const removed = await api.ask(
      'mutation ($input: UnsuppressAddressInput!) { unsuppressAddress(input: $input) { result } }',
      { token: operator, variables: { input: off } },
    );
    expect(removed.data.unsuppressAddress.result).toBe(true);
    expect(await decided(person)).toBe('send');
    expect(
      await one(db.owner, "select address from notify.deliveries where recipient_id = $1 and status <> 'suppressed'", [
        person,
      ]),
    ).toBe(`${local}@${ascii}`);
  });

  test('imports, updates and rows written past the functions are spelled alike', async () => {
    await db.asWriter(
      (client) =>
        client.query(`
          insert into notify.import_users (external_id, email) values ('w11-import', 'i@BÜCHER.example');
          insert into notify.users (external_id, email) values ('w11-insert', 'i@bücher\u3002example');
          insert into notify.users (external_id) values ('w11-update');
          update notify.users set email = 'i@bü\u00adcher.example' where external_id = 'w11-update'`),
      { commit: true },
    );
    expect(
      await one(db.owner, `select array_agg(distinct email) from notify.users where external_id like 'w11-%'`),
    ).toEqual([`i@${ascii}`]);
    await db.owner.query(
      `insert into notify.suppressions (channel, address, reason) values ('email', 'I@BÜCHER.example', 'complaint')`,
    );
    expect(await one(db.owner, `select address from notify.suppressions where address like 'i@%'`)).toBe(`i@${ascii}`);
  });

  test('the same mailbox in another spelling is still verified, another one is not', async () => {
    const person = await makePerson(db, { devices: [], email: 'v@bücher.example' });
    const verified = () =>
      one(db.owner, 'select email_verified_at is not null from notify.users where id = $1', [person]);
    const move = (email: string) => db.owner.query('update notify.users set email = $2 where id = $1', [person, email]);
    expect(await verified()).toBe(true);
    await move('V@BÜCHER.example');
    expect(await verified()).toBe(true);
    await move('v@bucher.example');
    expect(await verified()).toBe(false);
  });

  test.each([
    'a..b@example.com',
    '.a@example.com',
    'a.@example.com',
    'x@example.com.',
    'x@.example.com',
    'x@example..com',
    'x@-example.com',
    'x@[127.0.0.1]',
    'x@exam ple.com',
    'x@example.com;y@evil.example',
    'x@example.com(y)',
    'a(comment)@example.com',
    'a,b@example.com',
    '"a b"@example.com',
    'x@row\u200dbell.example',
    'x@\u202eelpmaxe.example',
    `x@${'ü'.repeat(64)}.example`,
    'x@\u3002example',
    'x@',
    '@example.com',
  ])('%s is refused, by name of the field', async (address) => {
    const insert = db.asWriter((client) => client.query('insert into notify.users (email) values ($1)', [address]));
    await expect(insert).rejects.toMatchObject({ code: '23514', constraint: 'users_email_is_a_mailbox' });
    const { codes, errors } = await suppress(address);
    expect(codes).toEqual(['INVALID_INPUT']);
    expect(errors[0]?.message).toMatch(/^address: must be a mailbox/);
  });

  test.each([
    "o'brien@example.com",
    'ada+tag@example.com',
    'jörg@example.com',
    '%x%@example.com',
    'a.b@a_b.example',
    'x@host',
  ])('%s is taken', async (address) => {
    expect((await suppress(address)).data.suppressAddress.result.address).toBe(address);
  });

  test('domains read as Node reads them, by a random walk through scripts', async () => {
    const letters = fc.constantFrom(
      ...'aZ09-_üÜßẞöéèñçøåÅЖжяΩωςΣδאבגبتثिकखทขสวัあアｱ漢字한글ﬁ①½Ａｂ９éİıſKﾊﾞガが゛☃'.normalize('NFC'),
      '\u0308',
      '\u00ad',
      '\u200b',
      '\ufe0f',
    );
    const label = fc.array(letters, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));
    const samples = fc.sample(fc.tuple(label, fc.constantFrom('.', '\u3002', '\uff0e', '\uff61')), 4_000);
    const domains = samples.map(([name, dot]) => `${name}${dot}example`);
    const { rows } = await db.owner.query<{ domain: string; ascii: string | null }>(
      'select d as domain, notify_hidden.domain_to_ascii(d) as ascii from unnest($1::text[]) as d',
      [domains],
    );
    const read = rows.map((row) => ({ ...row, node: domainToASCII(row.domain) }));
    // What both take for a domain is the same one.
    const both = read.filter(({ ascii, node }) => ascii !== null && node !== '');
    expect(both.length).toBeGreaterThan(1_000);
    expect(both.filter(({ ascii, node }) => ascii !== node)).toEqual([]);
    const { rows: wrong } = await db.owner.query(
      `select * from (select d, notify_private.domain_to_unicode(d) as u from unnest($1::text[]) as d) as r
       where u ~ '^xn--' or notify_hidden.domain_to_ascii(u) is distinct from d`,
      [both.map(({ ascii }) => ascii)],
    );
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('erasing a person finds the spelling that the application has in keys of its own', async () => {
    const email = `er${++people}@bücher.example`;
    const person = await makePerson(db, { devices: [], email });
    const mentions = () =>
      one(db.owner, `select count(*)::integer from notify.events where idempotency_key like '%bücher.example%'`);
    await db.owner.query('insert into notify.events (type_key, idempotency_key) values ($1, $2)', [
      type,
      `signup:${email}`,
    ]);
    expect(await mentions()).toBe(1);
    await db.asOperator(
      (client) => client.query(`select notify.erase_person($1::uuid, 'person_request', $1::uuid)`, [person]),
      {
        commit: true,
      },
    );
    expect(await mentions()).toBe(0);
  });
});
