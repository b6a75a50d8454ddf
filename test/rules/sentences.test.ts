// Over 300 lines: whatever is said in every language, to everybody, and what must hold of all of it.
import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { type Case, cases, channels, toCome } from '../support/sentence-cases.ts';

const languages = ['en', 'fr'] as const;
/** What each reader is shown: a person of themselves, and an operator of them. */
type Said = Readonly<Record<`${(typeof languages)[number]} ${'you' | 'they'}`, string>>;
type Line = { readonly of: string; readonly when: string; readonly said: Said };

let db: TestDatabase;
let person: string;
let operator: string;
let lines: Line[];
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(
    `insert into notify.fallbacks (key, description) values ('either', 'One, then the other') on conflict do nothing`,
  );
  person = await makePerson(db, { timeZone: 'Europe/Paris', email: 'ada@example.com' });
  operator = await makePerson(db, { timeZone: 'Asia/Tokyo' });
  const type = await makeType(db, { channels });
  await db.owner.query(
    `update notify.notification_types set category = 'security', labels = '{"en": "New orders", "fr": "Nouvelles commandes"}' where key = $1`,
    [type],
  );
  const told: { id: string; it: Case }[] = [];
  for (const it of cases) told.push({ id: await happen(type, it), it });
  const deliveries = await happenToDeliveries(type);
  const shown = new Map<string, { of: string; when: string; said: Record<string, string> }>();
  for (const language of languages) {
    await db.owner.query('update notify.users set locale = $1', [language]);
    const ids = told.map(({ id }) => id);
    for (const [who, ask] of [
      ['you', (sql: string, values: unknown[]) => db.asUser(person, (client) => client.query(sql, values))],
      [
        'they',
        (sql: string, values: unknown[]) => db.asOperator((client) => client.query(sql, values), { userId: operator }),
      ],
    ] as const) {
      const note = (key: string, of: string, when: string, because: string) => {
        const line = shown.get(key) ?? { of, when, said: {} };
        line.said[`${language} ${who}`] = because;
        shown.set(key, line);
      };
      const explained = await ask(
        `select e.id, x.channel, x.judgement, x.position, x.rule, x.verdict, x.reason, x.because
         from unnest($1::uuid[]) with ordinality as e (id, place) cross join lateral notify.explain(e.id, null, $2) as x
         order by e.place, x.channel, x.judgement, x.position`,
        [ids, person],
      );
      for (const x of explained.rows)
        note([x.id, x.channel, x.judgement, x.rule].join(), x.rule, x.reason ?? x.verdict, x.because);
      const traced = await ask(
        `select e.id, x.channel, x.delivery_id, x.what, x.status, x.reason, x.because
         from unnest($1::uuid[]) with ordinality as e (id, place) cross join lateral notify.trace(e.id, null, $2) as x
         order by x.what, x.status, x.reason, x.channel, e.place, x.delivery_id`,
        [[...ids, ...deliveries], person],
      );
      for (const x of traced.rows)
        note(
          ['trace', x.id, x.channel, x.delivery_id, x.what, x.status].join(),
          `trace: ${x.what}`,
          [x.status, x.reason].filter(Boolean).join(' '),
          x.because,
        );
      // The same, of what is still to come.
      const foretold = await ask(
        `select c.nth, notify_hidden.rule_explanation(
           c.rule, c.verdict, c.reason, c.until, c.looked, c.channel, r.reader || '{"to_come": true}') as because
         from jsonb_to_recordset($1) as c (nth integer, rule text, verdict text, reason text, until timestamptz, looked jsonb, channel text)
         cross join (select notify_hidden.reader($2, $3) as reader offset 0) as r`,
        [JSON.stringify(toCome), person, type],
      );
      for (const { nth, because } of foretold.rows) {
        const { rule, reason, verdict } = toCome[nth] as (typeof toCome)[number];
        note(`predict ${nth}`, 'predict', rule === 'none' ? 'send' : `${rule}: ${reason ?? verdict}`, because);
      }
    }
  }
  const kept = new Map(
    [...shown.values()].map((line) => [JSON.stringify([line.of, line.when, line.said]), line as Line]),
  );
  lines = [...kept.values()];
}, 120_000);
afterAll(() => db?.drop());

/** One candidate of the past, as planning leaves it; its event. */
async function happen(type: string, it: Case): Promise<string> {
  const event = await one<string>(
    db.owner,
    `insert into notify.events (type_key, planned_at) values ($1, now()) returning id`,
    [type],
  );
  const { channel = 'push', outcome, rule = null, reason = null, inputs = null, until = null } = it;
  const looked = it.looked === undefined ? null : JSON.stringify(it.looked);
  const values = [event, person, channel, outcome, rule, reason, inputs && JSON.stringify(inputs), looked, until];
  await db.owner.query(
    `insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason, inputs, rule_inputs, held_until, notification_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $4 <> 'suppress' then uuidv7() end)`,
    values,
  );
  if (outcome === 'hold')
    await db.owner.query(
      `insert into notify.holds (event_id, recipient_id, channel, held_at, lane, notification_id, rule, reason, inputs, rule_inputs, due_at,
         released_at, outcome)
       values ($1, $2, $3, now(), 'bulk', uuidv7(), $4, $5, $6, $7::jsonb || jsonb_build_object('until', $8::timestamptz), $8, $9, $10)`,
      [
        ...values.slice(0, 3),
        rule,
        reason,
        ...values.slice(6),
        it.released ? '2026-11-21T20:00Z' : null,
        it.released ?? null,
      ],
    );
  if (it.digest) {
    const { frequency, ...item } = it.digest;
    await db.owner.query(
      `with made as (
         insert into notify.digests (user_id, channel, frequency, due_at, closed_at, item_count, event_id)
         values ($2, $3, $4, '2026-11-22T07:00Z', '2026-11-22T07:00Z', 3, uuidv7()) returning id
       )
       insert into notify.digest_items (event_id, recipient_id, channel, digest_id, notification_id, rule_inputs, position, left_out)
       select $1, $2, $3, id, uuidv7(), $5, $6, $7 from made`,
      [event, person, channel, frequency, looked, item.position ?? null, item.leftOut ?? null],
    );
  }
  return event;
}

/** Every provider, status, outcome and report, each with every reason that it can have; their events. */
async function happenToDeliveries(type: string): Promise<string[]> {
  const reasons = await reasonsOfDeliveries();
  const providers = (await db.owner.query<{ provider: string; channel: string }>('select * from notify.providers'))
    .rows;
  const valuesOf = async (name: string) =>
    [
      ...(
        await one<string>(
          db.owner,
          `select pg_get_constraintdef(oid) from pg_constraint where conname = $1 and coninhcount = 0`,
          [name],
        )
      ).matchAll(/'(\w+)'/g),
    ].map(([, value]) => value as string);
  const events: string[] = [];
  const deliver = async (channel: string, provider: string, status: string, reason: string | null) => {
    const event = await happen(type, { outcome: 'send', channel, looked: {} });
    events.push(event);
    const ended = ['delivered', 'failed', 'suppressed', 'expired', 'canceled'].includes(status);
    return one<string>(
      db.owner,
      `insert into notify.deliveries (notification_id, recipient_id, channel, provider, lane, status, reason, expires_at, max_attempts,
         sent_at, delivered_at, finished_at, attempt, claim_id, due_at, sender_id)
       select notification_id, recipient_id, channel, $2, 'bulk', $3, $4, now() + interval '1 day', 3,
         case when $3 in ('sent', 'delivered', 'unknown') then now() end, case when $3 = 'delivered' then now() end, $5, 1,
         case when $3 = 'sending' then uuidv7() end, case when $3 = 'queued' then 'infinity'::timestamptz end,
         case when $3 = 'queued' then (select min(id) from notify.senders) end
       from notify.decisions where event_id = $1 returning id`,
      [event, provider, status, reason, ended ? new Date() : null],
    );
  };
  for (const { provider, channel } of providers) await deliver(channel, provider, 'queued', null);
  for (const status of await valuesOf('deliveries_status_is_known'))
    await deliver(
      'push',
      'apns',
      status,
      ['queued', 'sending', 'sent', 'delivered'].includes(status) ? null : 'expired',
    );
  for (const reason of reasons) await deliver('sms', 'twilio', 'failed', reason);
  for (const outcome of await valuesOf('delivery_attempts_outcome_is_known'))
    await db.owner.query(
      `insert into notify.delivery_attempts (delivery_id, attempt, outcome, reason, started_at) values ($1, 2, $2, $3, now())`,
      [await deliver('email', 'smtp', 'sending', null), outcome, outcome === 'accepted' ? null : 'timeout'],
    );
  for (const kind of await valuesOf('receipts_kind_is_known'))
    await db.owner.query(
      `insert into notify.receipts (delivery_id, kind, source, bounce_type) values ($1, $2, 'provider', case $2 when 'bounced' then 'hard' end)`,
      [await deliver('email', 'smtp', 'sent', null), kind],
    );
  // What the person did is the notification's.
  await db.owner.query(
    `insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, expires_at, seen_at, read_at, clicked_at, archived_at)
     select notification_id, event_id, recipient_id, $2, 'P1', 'T', 'B', now() + interval '1 day', now(), now(), now(), now()
     from notify.decisions where event_id = $1`,
    [events[0], type],
  );
  return events;
}

/** What docs/provider-errors.md has, and what SQL writes on deliveries. */
async function reasonsOfDeliveries(): Promise<string[]> {
  const page = readFileSync(new URL('../../docs/provider-errors.md', import.meta.url), 'utf8');
  const ofProviders = [...page.matchAll(/^\| `[^`]+` \| [a-z, ]+ \| `(\w+)` \|/gm)].map(
    ([, reason]) => reason as string,
  );
  const sql = globSync('db/functions/**/*.sql').filter(
    (file) => !file.includes('/explain/') && !file.includes('/analytics/'),
  );
  const written = sql.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\b(?:set|,) *(?:status = '\w+', )?reason = '(\w+)'/g)].map(
      ([, reason]) => reason as string,
    ),
  );
  const lists = await one<string[]>(
    db.owner,
    `select array_agg(m[1]) from pg_constraint as c cross join lateral regexp_matches(pg_get_constraintdef(c.oid), '''(\\w+)''', 'g') as m
     where conname = 'suppressions_reason_is_known'`,
  );
  const others = ['expired', 'address_removed', 'spending_cap', 'not_relevant'];
  return [...new Set([...ofProviders, ...written, ...lists, ...others])]
    .filter((reason) => reason !== 'not_needed')
    .sort();
}

const texts = (line: Line) => Object.entries(line.said);
const show = (line: Line) => `${line.of} ${line.when}: ${JSON.stringify(line.said)}`;

test('W45: every reason of every rule is said', () => {
  const rules = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
  const known = [...rules.matchAll(/^\| \d+ \| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|/gm)].flatMap(([, rule, reasons]) =>
    [...(reasons as string).matchAll(/`(\w+)`/g)].map(([, reason]) => `${rule} ${reason}`),
  );
  expect(known.length).toBeGreaterThan(25);
  const said = new Set(lines.map(({ of, when }) => `${of} ${when}`));
  expect(known.filter((each) => !said.has(each))).toEqual([]);
});

test('W45: each sentence is whole, in each language, to the person and about them, without a word of machines', () => {
  expect(lines.length).toBeGreaterThan(150);
  const wrong = lines.filter(
    (line) =>
      texts(line).length !== 4 ||
      texts(line).some(
        ([reader, said]) =>
          !/^[“«A-ZÀÉ].*[.]$/s.test(said) ||
          /[a-z0-9]_[a-z0-9]|[{}]|UTC|\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d|null|undefined| {2}|\(\)|“”/.test(said) ||
          // Of somebody else they are told whose clock it is; of themselves they know.
          /\(Europe/.test(said) !== (/they/.test(reader) && /\d:\d\d/.test(said)) ||
          // English has a clock of twelve hours, French one of 24.
          (reader.startsWith('en') ? /\d:\d\d(?! [AP]M)/.test(said) : /[AP]M/.test(said)) ||
          (reader === 'en they' && /\byou(r|rs)?\b/i.test(said)) ||
          (reader === 'fr they' && /\b(vous|votre|vos)\b/i.test(said)) ||
          (reader.endsWith('you') && /the person|la personne/i.test(said) && !/pers(on|onne)s? (may|peut)/.test(said)),
      ) ||
      line.said['en you'] === line.said['fr you'],
  );
  expect(wrong.map(show)).toEqual([]);
});

test('W42: what is predicted is said of what is still to come', () => {
  const foretold = lines.filter(({ of }) => of === 'predict');
  expect(foretold.length).toBeGreaterThan(40);
  const past = [
    /\b(were|had|did|came|stood|lasted)\b|(?<!if that )\bwas\b/,
    /\b((?<!si c’)étai(t|ent|ez)|avai(t|ent)|aviez|a été|duraient|s’opposait)\b/,
  ];
  const wrong = foretold.filter((line) => texts(line).some(([, said]) => past.some((words) => words.test(said))));
  expect(wrong.map(show)).toEqual([]);
});

test('W45: what a reader is shown stands in docs/sentences.md', async () => {
  const page = [
    '# What people and operators are told',
    '',
    'Made by test/rules/sentences.test.ts: every sentence of `explain()` and `trace()`, in each language. Where only one stands, it is the same to',
    'the person and about them. The person lives in Paris. [explain.md](explain.md#the-sentences) says where the sentences come from.',
    '',
  ];
  const cell = (said: Said, language: (typeof languages)[number]) => {
    const [you, they] = [said[`${language} you`], said[`${language} they`].replaceAll(' (Europe/Paris)', '')];
    return you === they ? you : `${you}<br>*${they}*`;
  };
  for (const of of new Set(lines.map((line) => line.of))) {
    page.push(`## ${of}`, '', '| when | English | French |', '|---|---|---|');
    for (const { when, said } of lines.filter((line) => line.of === of))
      page.push(`| ${when} | ${cell(said, 'en')} | ${cell(said, 'fr')} |`);
    page.push('');
  }
  await expect(page.join('\n')).toMatchFileSnapshot('../../docs/sentences.md');
});

test('W45: every sentence has its row in every language, with the same values', async () => {
  const { rows } = await db.owner.query<{ key: string; wrong: string }>(
    `select s.key, string_agg(format('%s: %s / %s', s.locale, s.you, s.they), E'\\n') as wrong
     from (
       select s.*, array(select distinct m[1] from regexp_matches(s.you, '\\{(\\w+)\\}', 'g') as m order by 1) as values,
         array(select distinct m[1] from regexp_matches(coalesce(s.they, s.you), '\\{(\\w+)\\}', 'g') as m order by 1) as other_values
       from notify_private.sentences as s
     ) as s
     group by s.key
     having array_agg(s.locale order by s.locale) <> $1 or count(distinct s.values) > 1 or bool_or(s.values <> s.other_values)`,
    [languages],
  );
  expect(rows).toEqual([]);
});

test('W45: every reason with which a delivery, an attempt or a report ends has a sentence', async () => {
  const reasons = await reasonsOfDeliveries();
  expect(reasons.length).toBeGreaterThan(40);
  const { rows } = await db.owner.query<{ reason: string }>(
    `select r as reason from unnest($1::text[]) as r
     where not exists (select from notify_private.sentences as s where s.key = 'reason.' || r)`,
    [reasons],
  );
  expect(rows).toEqual([]);
});
