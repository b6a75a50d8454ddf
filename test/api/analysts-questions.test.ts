import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asLogin } from '../support/as-login.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, releaseDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

const page = readFileSync(new URL('../../docs/analytics.md', import.meta.url), 'utf8');
/** The questions of the page with their SQL. */
const questions = [...page.matchAll(/^### \d+\. (.+)\n```sql\n([\s\S]*?)^```/gm)].map(
  ([, question = '', sql = '']) => [question, sql] as const,
);

let db: TestDatabase;
let ada: string;
let ben: string;
let cleo: string;
let dan: string;
let eve: string;
let workerId: string;

const user = (id: string, sql: string) => db.asUser(id, (client) => client.query(sql), { commit: true });
const service = (sql: string) => db.asWriter((client) => client.query(sql), { commit: true });

/** All that waits at a sender is tried; `outcomes` by recipient, else it is accepted. */
async function send(
  sender: number,
  outcomes: Readonly<Record<string, readonly [outcome: string, reason: string]>> = {},
) {
  await db.owner.query(`update notify.deliveries set due_at = now() where status = 'queued'`);
  const claim = await one<string>(db.owner, 'select uuidv7()');
  const { rows } = await db.worker.query<{ delivery: string; recipient: string }>(
    `select delivery_id as delivery, recipient_id as recipient from notify_private.claim_deliveries($1, $2, $3, 'bulk', 100)`,
    [claim, workerId, sender],
  );
  const results = rows.map(({ delivery, recipient }) => {
    const [outcome, reason = null] = outcomes[recipient] ?? ['accepted'];
    return { delivery_id: delivery, outcome, reason, suspect: false };
  });
  await db.worker.query(
    `select notify_private.record_results($1, array(select jsonb_populate_recordset(null::notify_private.result, $2)))`,
    [claim, JSON.stringify(results)],
  );
}

/** The newest delivery of somebody on a channel. */
const deliveryOf = (person: string, channel: string) =>
  one<string>(
    db.owner,
    'select id from notify.deliveries where recipient_id = $1 and channel = $2 order by id desc limit 1',
    [person, channel],
  );
const report = async (person: string, channel: string, rest: string) => {
  const id = await deliveryOf(person, channel);
  await db.asHttp((client) => client.query(`select notify_private.record_receipt('${id}', ${rest})`), { commit: true });
};

/** The local hours around now, or none. */
const quieten = (person: string, isQuiet: boolean) =>
  db.owner.query(
    `insert into notify.personal_settings (user_id, quiet_hours)
     select $1, case when $2 then array_agg(row(d, ((now() - interval '1 hour') at time zone 'UTC')::time(0),
       ((now() + interval '2 hours') at time zone 'UTC')::time(0))::notify.quiet_window) else '{}' end from generate_series(1, 7) as d
     on conflict (user_id) do update set quiet_hours = excluded.quiet_hours`,
    [person, isQuiet],
  );

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(`
    update notify.settings set daily_cap = 1000;
    create function engine_test.never(user_id uuid, subject_id uuid) returns boolean language sql stable as 'select false'`);
  workerId = await one(db.worker, `select notify_private.register_worker('bulk', 'host', 1, '{1,2,4,5}')`);
  const mail = (name: string) => ({ email: `${name}@example.com` });
  ada = await makePerson(db, { ...mail('ada'), locale: 'fr', phone: '+33612345678' });
  ben = await makePerson(db, mail('ben'));
  cleo = await makePerson(db, { ...mail('cleo'), devices: [] });
  dan = await makePerson(db, { ...mail('dan'), locale: 'fr', devices: ['fcm'] });
  eve = await makePerson(db, mail('eve'));
  await db.owner.query(
    `update notify.users set region = case when id = $1 then 'US' else 'FR' end where id = any ($2)`,
    [ben, [ada, ben, dan]],
  );
  await makeType(db, { key: 'news', channels: ['push', 'email', 'in_app'] });
  await makeType(db, { key: 'offers', channels: ['push', 'sms'], defaultChannels: ['push'] });
  await makeType(db, { key: 'alerts', channels: ['sms'] });
  await makeType(db, { key: 'letters', channels: ['email'] });
  await makeType(db, { key: 'fading', channels: ['email'] });
  await makeType(db, { key: 'nudge', channels: ['in_app'] });
  await db.owner.query(`
    update notify.notification_types set audience = 'notify_private.journey_audience', still_relevant = 'notify_private.journey_is_active'
      where key = 'nudge';
    insert into notify.journeys (key, pack, description) values ('welcome', 'engine_test', 'Two steps');
    insert into notify.journey_steps (journey_key, step, delay, type_key, condition) values
      ('welcome', 1, '0', 'nudge', null), ('welcome', 2, '0', 'nudge', 'engine_test.never')`);

  // News for four: Cleo has no phone and her mailbox is gone, Ben's is full, Dan's phone is refused.
  for (const person of [ada, dan]) await user(person, 'select notify.set_email_tracking(true)');
  await tell(db, 'news', [ada, ben, cleo, dan]);
  await planDue(db);
  await send(senders.smtp, { [cleo]: ['address', 'mailbox_unknown'] });
  await send(senders.apns);
  await send(senders.fcm, { [dan]: ['message', 'payload_too_large'] });
  // Ada reads the mail, follows its link and leaves; she opens the push. Dan reports the mail as abuse.
  await report(ada, 'email', `'opened', 'client'`);
  await report(ada, 'email', `'clicked', 'client'`);
  await report(ada, 'push', `'opened', 'client'`);
  await report(ben, 'email', `'bounced', 'provider', reason => 'mailbox_full'`);
  await report(dan, 'email', `'complained', 'provider'`);
  const left = await deliveryOf(ada, 'email');
  await db.asHttp((client) => client.query(`select notify_private.unsubscribe('${ada}', 'news', '${left}')`), {
    commit: true,
  });
  // Offers by push; nobody chose SMS. An alert for one who has a number and one who has none.
  await tell(db, 'offers', [ada, ben]);
  await tell(db, 'alerts', [ada, ben]);
  await planDue(db);
  await send(senders.apns);
  await send(senders.twilio);
  // News at night: Ben's comes in the morning, Dan's push waits.
  await quieten(ben, true);
  await quieten(dan, true);
  await tell(db, 'news', [ben, dan]);
  await planDue(db);
  await quieten(ben, false);
  await releaseDue(db);
  await planDue(db);
  await send(senders.smtp);
  await send(senders.apns);
  // Two offers for one who may have one in a day.
  await db.owner.query('update notify.settings set daily_cap = 1');
  await tell(db, 'offers', [eve]);
  await tell(db, 'offers', [eve]);
  await planDue(db);
  await send(senders.apns);
  // A journey: Ben reaches its purpose before the first step, two take both steps, of which the second is skipped.
  for (const person of [ben, cleo, dan]) await service(`select notify.enroll('welcome', '${person}')`);
  await service(`select notify.exit_journey('welcome', array['${ben}']::uuid[])`);
  await db.owner.query(
    `update notify.journey_enrollments set next_at = now() - interval '1 second' where next_at is not null`,
  );
  while (await one<boolean>(db.worker, 'select notify_private.advance_journeys()'));
  await db.owner.query(
    `update notify.journey_enrollments set next_at = now() - interval '1 second' where next_at is not null`,
  );
  while (await one<boolean>(db.worker, 'select notify_private.advance_journeys()'));
  await planDue(db);
  // A digest of two letters; what fades is left out of it.
  for (const type of ['letters', 'fading'])
    await user(eve, `select notify.set_preference('${type}', 'email', frequency => 'daily')`);
  for (const type of ['letters', 'letters', 'fading']) await tell(db, type, [eve]);
  await planDue(db);
  await db.owner.query(`
    update notify.notification_types set enabled = false where key = 'fading';
    update notify.digests set due_at = now()`);
  await one(db.worker, 'select notify_private.close_digests()');
  await planDue(db);
  await send(senders.smtp);
  // What people choose, and agree to.
  await user(ben, `select notify.set_category_preference('test', 'email', false)`);
  await user(dan, `select notify.set_preference('offers', 'push', false)`);
  await user(dan, `select notify.set_preference('offers', 'push', true)`);
  await service(`select notify.record_consent_for('${ada}', 'v1', 'form')`);
  await service(`select notify.record_consent_for('${cleo}', 'v1', 'form')`);
  await service(`select notify.withdraw_consent_for('${cleo}', 'letter')`);
  await db.worker.query('call notify_private.refresh_rollups(null, true)');
}, 120_000);
afterAll(() => db?.drop());

/** The rows of a question's answer, each as text; a number as it is, whatever PostgreSQL's type for it is. */
async function ask(sql: string): Promise<string[]> {
  const { rows } = await asLogin(db, 'rowbell_analyst', (client) => client.query({ text: sql, rowMode: 'array' }));
  const told = (value: unknown) => (value === null ? '–' : /^-?[\d.]+$/.test(`${value}`) ? Number(value) : `${value}`);
  return (rows as unknown as unknown[][]).map((row) => row.map(told).join(' '));
}

/** What the history above says. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'Which types are reported as abuse?': ['news smtp 1 0.3333'],
  'How many mails bounce, for good and for now?': ['daily_digest 1 0 0', 'news 4 1 1'],
  'Why did mails fail?': ['mailbox_full 1', 'mailbox_unknown 1'],
  'Which provider does its work?': [
    'apns 6 6 0 0',
    'fcm 1 0 1 1',
    'in_app 8 8 0 0',
    'smtp 6 5 2 0.3333',
    'twilio 1 1 0 0',
  ],
  'In which language are mails read?': ['en 0 0 –', 'fr 1 2 0.5'],
  'From which regions do people leave?': ['FR 2 1', 'US 2 0', '– 1 0'],
  'Which types are read?': [
    'news test 2 11 0.1818',
    'nudge test 0 2 0',
    'offers test 0 3 0',
    'alerts test 0 0 –',
    'daily_digest digests 0 0 –',
    'fading test 0 0 –',
  ],
  // The SMS that nobody chose are in no stage.
  'How far does what is to be told get?': [
    ...['candidates 8 –', 'deliveries 6 0.75', 'sent 5 0.8333', 'delivered 1 0.2', 'read 1 0.5', 'clicked 1 1'].map(
      (stage) => `email ${stage}`,
    ),
    ...['candidates 8 –', 'deliveries 8 1', 'sent 8 1', 'delivered 8 1', 'read 0 0', 'clicked 0 –'].map(
      (stage) => `in_app ${stage}`,
    ),
    ...[
      'candidates 9 –',
      'deliveries 7 0.7778',
      'sent 6 0.8571',
      'delivered 1 0.1667',
      'read 1 0.1667',
      'clicked 0 0',
    ].map((stage) => `push ${stage}`),
    ...['candidates 2 –', 'deliveries 1 0.5', 'sent 1 1', 'delivered 0 0', 'read 0 –', 'clicked 0 –'].map(
      (stage) => `sms ${stage}`,
    ),
  ],
  'Which rules hold most back?': [
    'sms off_by_default 4',
    'email complaint 1',
    'email type_disabled 1',
    'push cap_reached 1',
    'push no_address 1',
    'sms no_address 1',
  ],
  'How much waits for the end of quiet hours, and what becomes of it?': ['email 1 0 1 0', 'push 2 1 1 0'],
  'Do journeys reach their purpose?': ['welcome 3 1 2 0'],
  'At which step do people leave a journey?': ['welcome 1 2 0 2', 'welcome 2 0 2 0'],
  'What do digests hold?': ['email daily 1 0 2 1'],
  'What have people switched off?': ['test – email 1 1', 'test news email 1 1'],
  'Do people switch off in the app, or by the link of a mail?': ['person 2 1', 'unsubscribe 1 0'],
  'Where do people agree to promotional messages?': ['* 1 1', 'FR 1 0'],
  'What do SMS cost, and where?': ['FR EUR 1 1 0.07'],
};

test('W38: the page asks twenty questions', () => {
  expect(questions).toHaveLength(20);
  expect(questions.map(([question]) => question).sort()).toEqual(
    [...Object.keys(expected), ...Object.keys(clocked)].sort(),
  );
});

test.each(questions.filter(([question]) => expected[question]))('W38: %s', async (question, sql) => {
  expect(await ask(sql)).toEqual(expected[question]);
});

/** What no history says, because it is of the clock: counted row by row. */
const clocked: Readonly<Record<string, () => Promise<(answer: string[]) => void>>> = {
  'Within which time were nine of ten of those pushes read that were read at all?': async () => {
    const seconds = await one<number>(
      db.owner,
      `select extract(epoch from greatest(r.occurred_at - d.sent_at, '0'))::double precision
       from notify.receipts as r join notify.deliveries as d on d.id = r.delivery_id where r.kind = 'opened' and d.channel = 'push'`,
    );
    return ([answer]) => {
      expect(Number(answer)).toBeGreaterThan(seconds);
      // An eighth of a doubling.
      expect(Number(answer)).toBeLessThanOrEqual((seconds + 0.001) * 2 ** (1 / 8));
    };
  },
  'How many people reach the daily cap?': async () => {
    const { rows } = await db.owner.query<{ day: string; person: string; capped: boolean }>(
      `select to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD') as day, recipient_id as person, rule is not distinct from 'daily_cap' as capped
       from notify.decisions where channel = 'push' and (outcome = 'send' or rule = 'daily_cap')`,
    );
    const most = (which: typeof rows) =>
      Math.max(
        ...[...new Set(rows.map(({ day }) => day))].map(
          (day) => new Set(which.filter((row) => row.day === day).map(({ person }) => person)).size,
        ),
      );
    return (answer) => expect(answer).toEqual([`${most(rows)} ${most(rows.filter(({ capped }) => capped))}`]);
  },
  'At which hour of the day is most sent?': async () => {
    const { rows } = await db.owner.query<{ id: string }>('select id from notify.deliveries where sent_at is not null');
    const hours = new Map<number, number>();
    for (const { id } of rows) {
      const hour = new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).getUTCHours();
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    const sorted = [...hours].sort(([a, x], [b, y]) => y - x || a - b);
    return (answer) => expect(answer).toEqual(sorted.map((pair) => pair.join(' ')));
  },
};

test.each(questions.filter(([question]) => clocked[question]))('W38: %s', async (question, sql) => {
  const compare = await clocked[question]?.();
  compare?.(await ask(sql));
});
