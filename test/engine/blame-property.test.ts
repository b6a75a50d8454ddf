// Over 300 lines: one property, with all that may happen in it and a model of what should come of it.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../../src/database/engine.ts';
import type { Message, ProviderName, Result } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makeType, planDue, tell } from '../support/engine-pack.ts';
import fc from '../support/fast-check.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';

const providers = ['apns', 'web_push'] as const;
const origins = ['https://one.example', 'https://two.example', 'https://three.example'] as const;
const maxAttempts = 4;

let db: TestDatabase;
let engine: ReturnType<typeof createEngine>;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  engine = createEngine({ pool: db.worker, planningPool: db.worker });
  type = await makeType(db, { maxAttempts: maxAttempts });
});
afterAll(() => db.drop());

type Rejected = Extract<Result, { outcome: 'rejected' }>;
const rejected = (permanence: Rejected['permanence'], suspect = false): Rejected => ({
  outcome: 'rejected',
  permanence,
  reason: permanence,
  code: 'Code',
  ...(suspect && { suspect }),
});
const accepted: Result = { outcome: 'accepted', providerMessageId: null };
const words = {
  accepted,
  gone: rejected('address'),
  suspect: rejected('address', true),
  message: rejected('message'),
  spam: rejected('message', true),
  refused: rejected('origin'),
  key: rejected('misconfigured', true),
  account: rejected('misconfigured'),
  transient: rejected('transient'),
  throttled: rejected('throttled'),
  ambiguous: rejected('ambiguous'),
} satisfies Record<string, Result>;
type Word = keyof typeof words;
const doubtful = (result: Result) =>
  result.outcome === 'rejected' &&
  (result.suspect === true || result.permanence === 'misconfigured' || result.permanence === 'origin');

/** What one does next. `to` and `who` are places in the list of people, `by` that of a word for each address in turn. */
type Step =
  | { readonly do: 'tell'; readonly to: readonly number[] }
  | {
      readonly do: 'send';
      readonly provider: (typeof providers)[number];
      readonly by: readonly Word[];
      /** Sizes of the chunks that a claim is recorded in, in turn; none: whole. */
      readonly cuts: readonly number[];
    }
  | { readonly do: 'elapse'; readonly seconds: number }
  | { readonly do: 'restart'; readonly settings: string };

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Word>('accepted') },
  { weight: 3, arbitrary: fc.constant<Word>('suspect') },
  { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(words) as Word[])) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      to: fc.array(fc.nat(11), { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      provider: fc.constantFrom(...providers),
      // Mostly all hear the same: a wrong key, an outage; else each address its own.
      by: fc.oneof(
        fc.array(word, { minLength: 1, maxLength: 1 }),
        fc.array(word, { minLength: 2, maxLength: 7 }),
        // A wrong environment in which a few are at home.
        fc.shuffledSubarray<Word>(['accepted', 'suspect', 'suspect', 'suspect', 'suspect', 'suspect', 'suspect'], {
          minLength: 5,
        }),
      ),
      cuts: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('elapse' as const), seconds: fc.constantFrom(3, 30, 400, 1_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), settings: fc.constantFrom('one', 'two') }) },
);

/** One of the four kinds of people: the first three have five addresses at each provider, the others one. */
async function makePeople(): Promise<string[]> {
  const { rows } = await db.owner.query<{ id: string }>(
    `with people as (insert into notify.users (locale) select 'en' from generate_series(1, 12) returning id),
       numbered as (select id, row_number() over () as n from people),
       devices as (
         insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
         select p.id, v.provider,
           case v.provider when 'apns' then encode(sha256((p.id::text || k)::bytea), 'hex') else ($1::text[])[1 + (p.n + k) % 3] || '/' || gen_random_uuid() end,
           case v.provider when 'web_push' then 'p' end, case v.provider when 'web_push' then 'a' end
         from numbered as p
         cross join generate_series(1, case when p.n <= 3 then 5 else 1 end) as k
         cross join unnest('{apns,web_push}'::text[]) as v (provider)
       )
     select id from numbered order by n`,
    [origins],
  );
  return rows.map(({ id }) => id);
}

/** So much later: everything that is known happened so much earlier. */
const elapse = (seconds: number) =>
  db.owner.query(`
    update notify.deliveries set due_at = due_at - interval '${seconds} s' where status = 'queued';
    update notify.senders set accepted_at = accepted_at - interval '${seconds} s',
      paused_until = paused_until - interval '${seconds} s', credentials_changed_at = credentials_changed_at - interval '${seconds} s';
    update notify.provider_origins set accepted_at = accepted_at - interval '${seconds} s', paused_until = paused_until - interval '${seconds} s';
    update notify_private.suspects set since = since - interval '${seconds} s', said_at = said_at - interval '${seconds} s';
    update notify_private.evidence set accepted_at = accepted_at - interval '${seconds} s', retired_at = retired_at - interval '${seconds} s';
    update notify.workers set started_at = started_at - interval '${seconds} s'`);

type Pauses = Readonly<Record<string, number>>;
/** How often each provider and origin has been paused since it last let us in. */
const pausesNow = async (): Promise<Pauses> => {
  const { rows } = await db.owner.query<{ name: string; pauses: number }>(
    `select provider as name, pauses from notify.senders union all select origin, pauses from notify.provider_origins`,
  );
  return Object.fromEntries(rows.map(({ name, pauses }) => [name, pauses]));
};
const retired = async () =>
  (
    await db.owner.query<{ token: string }>('select token from notify.devices where deactivated_at is not null')
  ).rows.map(({ token }) => token);

type Heard = {
  readonly place: string;
  readonly person: string;
  readonly address: string;
  readonly result: Result;
  readonly claim: number;
  readonly chunk: number;
};

/** Runs a life and checks, after each chunk, what must never happen. */
async function live(steps: readonly Step[]): Promise<void> {
  await forget(db);
  await db.owner.query(`
    delete from notify.devices; delete from notify.workers; delete from notify_private.sender_credentials;
    update notify.senders set credentials_changed_at = null`);
  const people = await makePeople();
  const register = (settings: string) =>
    engine.register(
      'bulk',
      'host',
      1,
      providers.map((provider) => senders[provider]),
      undefined,
      providers.map(() => settings),
    );
  let settings = 'one';
  let worker = await register(settings);
  let claim = 0;
  let chunk = 0;
  /** Answers with the settings of now, but for those of the account's own which an acceptance or ten minutes made old. */
  let heard: Heard[] = [];
  const pausedBy = new Map<string, number>();

  /** Per place, whom the settings of now were accepted for, and who lost an address for suspect words. */
  let evidence = { accepted: new Map<string, Set<string>>(), retired: new Map<string, Set<string>>() };
  const add = (people: Map<string, Set<string>>, { place, person }: Heard) =>
    people.set(place, (people.get(place) ?? new Set()).add(person));

  const place = (provider: ProviderName, address: string) =>
    provider === 'apns' ? 'apns' : (origins.find((origin) => address.startsWith(origin)) as string);

  async function send(
    provider: (typeof providers)[number],
    wordOf: (message: Message, n: number) => Word,
    cuts: readonly number[] = [],
  ): Promise<number> {
    let claimId = randomUUID();
    claim++;
    const claimed = await engine.claim(claimId, worker, senders[provider], 'bulk');
    let rest: readonly Message[] = claimed;
    for (let n = 0; rest.length > 0; n++) {
      const size = cuts[n % cuts.length] ?? rest.length;
      const restId = randomUUID();
      if (size < rest.length) await engine.split(claimId, restId, rest.slice(size));
      await record(provider, claimId, rest.slice(0, size), (message, at) =>
        wordOf(message, claimed.length - rest.length + at),
      );
      rest = rest.slice(size);
      claimId = restId;
    }
    // Nothing is lost: it has ended, or it is due in a while.
    expect(
      await one(
        db.owner,
        `select count(*)::integer from notify.deliveries
         where finished_at is null and status <> 'sent' and not (status = 'queued' and due_at < clock_timestamp() + interval '21 minutes')
            or attempt > max_attempts or max_attempts > ${maxAttempts}`,
      ),
    ).toBe(0);
    return claimed.length;
  }

  async function record(
    provider: (typeof providers)[number],
    claimId: string,
    messages: readonly Message[],
    wordOf: (message: Message, n: number) => Word,
  ): Promise<void> {
    chunk++;
    const { rows } = await db.owner.query<{ id: string; person: string }>(
      'select id, recipient_id as person from notify.deliveries where claim_id = $1',
      [claimId],
    );
    const personOf = new Map(rows.map(({ id, person }) => [id, person]));
    const before = { pauses: await pausesNow(), retired: new Set(await retired()) };
    const results = messages.map((message, n) => words[wordOf(message, n)]);
    const now = messages.map(
      (message, n): Heard => ({
        place: place(provider, message.address),
        person: personOf.get(message.deliveryId) as string,
        address: message.address,
        result: results[n] as Result,
        claim,
        chunk,
      }),
    );
    heard.push(...now);
    for (const one of now) if (one.result.outcome === 'accepted') add(evidence.accepted, one);
    await engine.record(claimId, messages, results);
    const after = { pauses: await pausesNow(), retired: await retired() };

    // Web Push as a whole is nobody's to stop.
    expect(after.pauses.web_push).toBe(0);
    for (const name of ['apns', ...origins]) {
      if ((after.pauses[name] ?? 0) <= (before.pauses[name] ?? 0)) continue;
      const said = now.filter((one) => one.place === name);
      // 4: only for its own words, and none of them an acceptance.
      expect(said.some(({ result }) => doubtful(result))).toBe(true);
      expect(said.some(({ result }) => result.outcome === 'accepted')).toBe(false);
      // 1: by several people since somebody was last accepted, unless it was said before the recipient was known.
      // What was said of the same claim was said after that was handed over.
      const last = heard.findLast((one) => one.place === name && one.result.outcome === 'accepted')?.claim ?? 0;
      const since = heard.filter((one) => one.place === name && one.claim >= last && doubtful(one.result));
      const aboutAccount = said.some(({ result }) => result === words.account);
      expect(new Set(since.map(({ person }) => person)).size).toBeGreaterThanOrEqual(aboutAccount ? 1 : 3);
      for (const [n, message] of messages.entries()) {
        if (now[n]?.place === name && doubtful(results[n] as Result))
          pausedBy.set(message.deliveryId, (pausedBy.get(message.deliveryId) ?? 0) + 1);
      }
    }
    // 3
    for (const times of pausedBy.values()) expect(times).toBeLessThanOrEqual(maxAttempts);
    // 2: with the settings of now somebody was accepted there, not before this address was first refused.
    // Told twice at once, an address may hear both that it is gone and what is suspect.
    const gone = new Set(now.filter(({ result }) => result === words.gone).map(({ address }) => address));
    const doubted = after.retired.filter((token) => !before.retired.has(token) && !gone.has(token));
    for (const address of doubted) {
      const mine = now.find((one) => one.address === address) as Heard;
      const first = heard.find((one) => one.address === address && doubtful(one.result))?.chunk ?? chunk;
      expect(
        heard.some((one) => one.place === mine.place && one.chunk >= first && one.result.outcome === 'accepted'),
      ).toBe(true);
    }
    // Nor more people than were accepted with them, however few are in a chunk.
    for (const one of now) if (doubted.includes(one.address)) add(evidence.retired, one);
    for (const [name, lost] of evidence.retired)
      expect(lost.size).toBeLessThanOrEqual(evidence.accepted.get(name)?.size ?? 0);
  }

  for (const next of steps) {
    if (next.do === 'tell') {
      await tell(db, type, [...new Set(next.to.map((n) => people[n] as string))]);
      await planDue(db);
    } else if (next.do === 'send') {
      await send(
        next.provider,
        ({ address }, n) => {
          // An address mostly hears the same again; places in the chunk change.
          const at = next.by.length > 4 ? n : Number.parseInt(address.slice(-2), 16);
          return next.by[at % next.by.length] as Word;
        },
        next.cuts,
      );
    } else if (next.do === 'elapse') {
      await elapse(next.seconds);
    } else {
      if (next.settings !== settings) {
        heard = [];
        evidence = { accepted: new Map(), retired: new Map() };
      }
      settings = next.settings;
      worker = await register(settings);
    }
  }

  // All is well again: whatever was paused is probed and resumed, and all that waits is sent within an hour.
  for (let n = 0; n < 12; n++) {
    await elapse(310);
    for (const provider of providers) while ((await send(provider, () => 'accepted')) > 0);
  }
  expect(Object.values(await pausesNow()).every((pauses) => pauses === 0)).toBe(true);
  expect(
    await one(
      db.owner,
      `select count(*)::integer from notify.deliveries where finished_at is null and status <> 'sent'`,
    ),
  ).toBe(0);
}

test('W01, W03, W04: whatever providers say, nobody stops a channel, no deployment prunes the table, no pause lasts', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), live), {
    numRuns: Number(process.env.TEST_RUNS ?? 12),
    endOnFailure: true,
  });
}, 600_000);
