import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createUser, type GraphqlAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { decisionOf, installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
let operator: string;
let ada: string;
let token: string;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query('update notify.settings set daily_cap = 100');
  api = await startTestApi(db);
  operator = await signToken(await createUser(db), { role: 'operator' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});
beforeEach(async () => {
  ada = await makePerson(db);
  token = await signToken(ada);
});

const record = (input: object, as = token) =>
  api.ask(
    `mutation ($input: RecordConsentInput!) { recordConsent(input: $input) { result { channel granted method textVersion region evidence recordedBy } } }`,
    { token: as, variables: { input } },
  );
const withdraw = (input: object = {}) =>
  api.ask(
    `mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) { result { channel granted method textVersion } } }`,
    { token, variables: { input } },
  );
const states = async () => {
  const { data } = await api.ask('{ myConsents { channel state regime textVersion } }', { token });
  return Object.fromEntries(data.myConsents.map((n: { channel: string; state: string }) => [n.channel, n.state]));
};
const everywhere = (state: string) =>
  Object.fromEntries(['push', 'email', 'sms', 'voice', 'in_app', 'webhook'].map((channel) => [channel, state]));
const refused = async (answer: Promise<GraphqlAnswer>) => {
  const { codes, errors } = await answer;
  return `${codes.join()} ${errors[0]?.extensions.field}`;
};
const live = (region: string | null) =>
  db.owner.query('update notify.users set region = $2 where id = $1', [ada, region]);

test('JK-9 what is recorded: when, how, which text, which region; the newest holds, for a channel or for all', async () => {
  await live('FR');
  expect(await states()).toEqual(everywhere('missing'));
  const { data } = await record({
    textVersion: '2026-11',
    method: 'signup_form',
    channel: 'email',
    evidence: { form: 'a' },
  });
  expect(data.recordConsent.result).toMatchObject({
    channel: 'email',
    granted: true,
    method: 'signup_form',
    textVersion: '2026-11',
    region: 'FR',
    evidence: { form: 'a' },
    recordedBy: ada,
  });
  expect(await states()).toEqual({ ...everywhere('missing'), email: 'given' });
  await record({ textVersion: '2026-12', method: 'settings_page' });
  expect(await states()).toEqual(everywhere('given'));
  const gone = await withdraw({ channel: 'push' });
  expect(gone.data.withdrawConsent.result).toEqual({
    channel: 'push',
    granted: false,
    method: 'settings_page',
    textVersion: null,
  });
  expect(await states()).toEqual({ ...everywhere('given'), push: 'withdrawn' });
  await withdraw();
  expect(await states()).toEqual(everywhere('withdrawn'));
  // All of it is still there, for the person and for the export.
  const mine = 'query { consents { granted channel textVersion recordedAt } }';
  expect((await api.ask(mine, { token })).data.consents).toHaveLength(4);
  expect((await api.ask(mine, { token: await signToken(await makePerson(db)) })).data.consents).toEqual([]);
  const exported = await api.ask('{ consents(first: 100) { nodes { userId granted region user { id } } } }', {
    token: operator,
  });
  expect(exported.data.consents.nodes.filter(({ userId }: { userId: string }) => userId === ada)).toHaveLength(4);
});

test('JK-9 what the engine makes of it: opt-in regions, opt-out regions, unknown ones, transactional', async () => {
  const promotional = await makeType(db);
  await db.owner.query(`update notify.notification_types set purpose = 'promotional' where key = $1`, [promotional]);
  const transactional = await makeType(db);
  const decided = async (type: string) => {
    const event = await tell(db, type, [ada]);
    await planDue(db);
    return decisionOf(db, event);
  };
  for (const region of [null, 'DE', 'GB', 'CH', 'CA', 'BR', 'JP', 'KR', 'AU', 'CA-QC', 'AQ']) {
    await live(region);
    expect([region, await decided(promotional)]).toEqual([region, 'consent: no_consent']);
  }
  expect(await decided(transactional)).toBe('send');
  await live('US-TX');
  expect(await states()).toEqual(everywhere('not_needed'));
  expect(await decided(promotional)).toBe('send');
  await live('FR');
  await record({ textVersion: '1', method: 'settings_page', channel: 'email' });
  expect(await decided(promotional)).toBe('consent: no_consent');
  await record({ textVersion: '1', method: 'settings_page', channel: 'push' });
  expect(await decided(promotional)).toBe('send');
  await withdraw();
  await live('US');
  expect(await decided(promotional)).toBe('consent: consent_withdrawn');
  expect(await decided(transactional)).toBe('send');
});

test('JK-9 the region’s most specific rule holds, and operators write them', async () => {
  const regime = (region: string | null) =>
    one<string>(db.owner, 'select regime from notify_private.consent_regime($1)', [region]);
  const set = (input: object, as = operator) =>
    api.ask(
      `mutation ($input: SetConsentRuleInput!) { setConsentRule(input: $input) { result { region regime note } } }`,
      {
        token: as,
        variables: { input },
      },
    );
  const remove = (region: string, as = operator) =>
    api.ask(`mutation ($r: String!) { deleteConsentRule(input: { region: $r }) { result } }`, {
      token: as,
      variables: { r: region },
    });
  expect([
    await regime('US'),
    await regime('US-CA'),
    await regime('FR'),
    await regime('XX'),
    await regime(null),
  ]).toEqual(['opt_out', 'opt_out', 'opt_in', 'opt_in', 'opt_in']);
  await set({ region: 'US-CA', regime: 'opt_in', note: 'counsel, 2026' });
  expect([await regime('US'), await regime('US-CA'), await regime('US-NY')]).toEqual(['opt_out', 'opt_in', 'opt_out']);
  // The note stays where none is given.
  expect((await set({ region: 'US-CA', regime: 'opt_in' })).data.setConsentRule.result.note).toBe('counsel, 2026');
  expect((await remove('US-CA')).data.deleteConsentRule.result).toBe(true);
  expect((await remove('US-CA')).data.deleteConsentRule.result).toBe(false);
  expect(await regime('US-CA')).toBe('opt_out');
  expect(await refused(remove('*'))).toBe('INVALID_INPUT region');
  expect(await refused(set({ region: 'usa', regime: 'opt_in' }))).toBe('INVALID_INPUT region');
  expect(await refused(set({ region: 'FR', regime: 'maybe' }))).toBe('INVALID_INPUT regime');
  expect((await set({ region: 'FR', regime: 'opt_out' }, token)).codes).toContain('INVALID_INPUT');
  expect((await remove('FR', token)).codes).toContain('INVALID_INPUT');
  const rules = await api.ask('{ consentRules { region regime note } }', { token: operator });
  const opted = rules.data.consentRules.filter(({ regime }: { regime: string }) => regime === 'opt_in');
  expect(opted.length).toBeGreaterThan(38);
  for (const { region, note } of opted)
    if (region !== '*') expect([region, note]).toEqual([region, expect.stringMatching(/https:\/\//)]);
});

test('services record for a person, people do not for others', async () => {
  await live('DE');
  const as = { commit: true };
  const recordFor = `select channel, granted, region, recorded_by, text_version from notify.record_consent_for($1, '2026-11', 'import', 'sms')`;
  const { rows } = await db.asWriter((c) => c.query(recordFor, [ada]), as);
  expect(rows).toEqual([{ channel: 'sms', granted: true, region: 'DE', recorded_by: null, text_version: '2026-11' }]);
  expect(await states()).toMatchObject({ sms: 'given', push: 'missing' });
  await db.asWriter((c) => c.query(`select notify.withdraw_consent_for($1, 'call')`, [ada]), as);
  expect(await states()).toEqual(everywhere('withdrawn'));
  await expect(db.asWriter((c) => c.query(recordFor, ['00000000-0000-7000-8000-00000000dead']))).rejects.toThrow(
    /user_id:/,
  );
  await expect(db.asUser(ada, (c) => c.query(recordFor, [ada]))).rejects.toThrow(/permission denied/);
  await expect(db.asWriter((c) => c.query(`select notify.record_consent('1', 'import')`))).rejects.toThrow(
    /permission denied/,
  );
});

test('NC-16 what cannot be recorded is refused by name of the field', async () => {
  const good = { textVersion: '1', method: 'settings_page' };
  const cases: [object, string][] = [
    [{ ...good, channel: 'pigeon' }, 'INVALID_INPUT channel'],
    [{ ...good, textVersion: '' }, 'INVALID_INPUT textVersion'],
    [{ ...good, method: '' }, 'INVALID_INPUT method'],
    [{ ...good, method: 'x'.repeat(101) }, 'INVALID_INPUT method'],
    [{ ...good, evidence: [1] }, 'INVALID_INPUT evidence'],
    [
      { ...good, evidence: { long: Array.from({ length: 1000 }, (_, n) => `${n}-${Math.random()}`) } },
      'INVALID_INPUT evidence',
    ],
  ];
  for (const [input, expected] of cases) expect([input, await refused(record(input))]).toEqual([input, expected]);
  expect(await one(db.owner, 'select count(*)::int from notify.consents where user_id = $1', [ada])).toBe(0);
});

test('JK-9 the record is append-only: nobody changes or removes what was said', async () => {
  await record({ textVersion: '1', method: 'settings_page' });
  for (const as of [
    db.asUser.bind(db, ada),
    db.asOperator,
    db.asWriter,
    db.asWorker,
    db.asHttp,
    db.asAnonymous,
    db.asAnalyst,
  ])
    for (const sql of [
      'update notify.consents set granted = false',
      'delete from notify.consents',
      'truncate notify.consents',
      `insert into notify.consents (user_id, granted, method, text_version, region) values ('${ada}', true, 'x', '1', '*')`,
    ])
      await expect(as((c) => c.query(sql))).rejects.toThrow(/permission denied/);
  expect(await one(db.owner, 'select granted from notify.consents where user_id = $1', [ada])).toBe(true);
});
