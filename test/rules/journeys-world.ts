import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

/**
 * What the tests of journeys begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export let db: TestDatabase;

export let sandbox: Sandbox;

/** A product's onboarding, exactly as it would come in a pack: rows and one function. */
export const pack = `
  create schema music;
  create table music.onboarding (user_id uuid not null references notify.users on delete cascade, step integer not null, name text not null,
    dmineat timestamptz, primary key (user_id, step));

  create function music.onboarding_progress(user_id uuid, subject_id uuid) returns jsonb language sql stable as $$
    select pg_catalog.jsonb_build_object('NextStep', o.name) from music.onboarding as o
    where o.user_id = onboarding_progress.user_id and o.dmineat is null order by o.step limit 1
  $$;
  insert into notify.notification_types (key, pack, category, audience, still_relevant, dedupe_key)
  values ('onboarding_nudge', 'music', 'onboarding', 'notify_private.journey_audience', 'notify_private.journey_is_active', 'onboarding_nudge:{userId}:{Day}');
  insert into notify.notification_copies (type_key, locale, variant, title, body) values
    ('onboarding_nudge', 'en', 'default', 'Next: {NextStep}', 'Welcome, {Who}.'),
    ('onboarding_nudge', 'en', 'last', 'Last call: {NextStep}', 'Still there, {Who}?');
  insert into notify.journeys (key, pack, description, progress, at_most_daily)
  values ('onboarding', 'music', 'Nudges whoever has not finished', 'music.onboarding_progress', true);
  insert into notify.journey_steps (journey_key, step, delay, type_key, variant) values
    ('onboarding', 1, '24 hours', 'onboarding_nudge', 'default'),
    ('onboarding', 2, '72 hours', 'onboarding_nudge', 'default'),
    ('onboarding', 3, '7 days', 'onboarding_nudge', 'last');

`;

beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  await db.owner.query(pack);
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
  await db.drop();
});

beforeEach(async () => {
  await forget(db);
  await db.owner.query('truncate notify.journey_enrollments cascade; truncate notify.holds, notify.personal_settings');
  sandbox.journal.clear();
});

/** A person with two steps of onboarding before them. */
export async function newcomer(timeZone: string | null = null): Promise<string> {
  const person = await makePerson(db, { timeZone });
  await db.owner.query(
    `insert into music.onboarding (user_id, step, name) values ($1, 1, 'pick three artists'), ($1, 2, 'add a photo')`,
    [person],
  );
  return person;
}

export const finish = (person: string, step: number) =>
  db.owner.query('update music.onboarding set dmineat = now() where user_id = $1 and step = $2', [person, step]);

export const enroll = (person: string, journey = 'onboarding', subject: string | null = null) =>
  db.asWriter(
    async (app) => {
      const { rows } = await app.query<{ enrollment_id: string; deduplicated: boolean }>(
        `select * from notify.enroll($1, $2, $3, $4, '{"Who": "Ann"}')`,
        [journey, person, subject && 'playlist', subject],
      );
      return rows[0] as { enrollment_id: string; deduplicated: boolean };
    },
    { commit: true },
  );

/** Lets time pass: everything about enrollments lies further back, and what is due then is done and planned. */
export async function pass(time: string): Promise<void> {
  await db.owner.query(
    `with n as (update notify.journey_enrollments set enrolled_at = enrolled_at - $1::interval, next_at = next_at - $1::interval)
     update notify.journey_steps_taken set taken_at = taken_at - $1::interval`,
    [time],
  );
  while (await one<boolean>(db.worker, 'select notify_private.advance_journeys()'));
  await planDue(db);
}

export const titles = async (person: string) =>
  (
    await db.owner.query<{ title: string }>(
      'select title from notify.notifications where recipient_id = $1 order by id',
      [person],
    )
  ).rows.map(({ title }) => title);

export const stepsOf = async (enrollment: string) =>
  (
    await db.owner.query<{ step: number; outcome: string }>(
      'select step, outcome from notify.journey_steps_taken where enrollment_id = $1 order by step',
      [enrollment],
    )
  ).rows.map(({ step, outcome }) => `${step} ${outcome}`);

export const stateOf = async (enrollment: string) =>
  (
    await db.owner.query<{ next: number | null; ended: string | null; error: string | null }>(
      'select next_step as next, end_reason as ended, advance_error as error from notify.journey_enrollments where id = $1',
      [enrollment],
    )
  ).rows[0];

export const forgetToday = () => db.owner.query('truncate notify_private.dedupe_keys, notify_private.daily_counters');
