import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { planDue, releaseDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import {
  asService,
  done,
  type Listener,
  type ListenerOptions,
  makeListener,
  pushesTo,
  startWorld,
  untilSettled,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
// The rules' memory of a day: what is tested here lets days pass by moving rows, which does not move it.
const nextDay = () => world.db.owner.query('truncate notify_private.dedupe_keys, notify_private.daily_counters');
beforeEach(nextDay);

async function newcomer(options: ListenerOptions = {}): Promise<Listener> {
  const person = await makeListener(world.db, options);
  await asService(world.db, 'insert into juke.listeners (user_id) values ($1)', [person.id]);
  return person;
}
const finish = (person: Listener, step: string) =>
  done(
    world,
    person.jwt,
    'mutation ($step: String!) { finishOnboardingStep(input: { stepKey: $step }) { result { doneAt } } }',
    { step },
  );
/** Lets time pass: everything about enrollments lies further back, and what is due then is done and planned. */
async function pass(time: string): Promise<void> {
  await world.db.owner.query(
    `with n as (update notify.journey_enrollments set enrolled_at = enrolled_at - $1::interval, next_at = next_at - $1::interval)
     update notify.journey_steps_taken set taken_at = taken_at - $1::interval`,
    [time],
  );
  while (await one<boolean>(world.db.worker, 'select notify_private.advance_journeys()'));
  await planDue(world.db);
}
const toldTo = (person: Listener) =>
  world.db.owner
    .query<{ title: string }>(
      `select n.title from notify.notifications as n
       where n.recipient_id = $1 and n.type_key = 'juke_onboarding_nudge' and n.told_at is not null order by n.id`,
      [person.id],
    )
    .then(({ rows }) => rows.map(({ title }) => title));
const endOf = (person: Listener) =>
  one<string | null>(world.db.owner, 'select end_reason from notify.journey_enrollments where user_id = $1', [
    person.id,
  ]);

describe('JK-4 onboarding nudges', () => {
  test('after 24 h, 72 h and 7 days, each naming the step that is then the next, in their language, down to the phone', async () => {
    const [ada, chloe] = [await newcomer(), await newcomer({ locale: 'fr-CA' })];
    await pass('23 hours 59 minutes');
    expect([await toldTo(ada), await toldTo(chloe)]).toEqual([[], []]);
    await pass('1 minute');
    await finish(ada, 'pick_artists');
    await nextDay();
    await pass('47 hours 59 minutes');
    expect(await toldTo(ada)).toHaveLength(1);
    await pass('1 minute');
    await nextDay();
    await pass('4 days');
    expect(await toldTo(ada)).toEqual([
      'Next: pick three artists',
      'Next: make a playlist',
      'Still to do: make a playlist',
    ]);
    expect((await toldTo(chloe)).at(-1)).toBe('Il reste : choisir trois artistes');
    expect(await endOf(ada)).toBe('completed');
    const worker = await world.work();
    await untilSettled(world);
    await worker.stop();
    expect(
      pushesTo(world, ada.token)
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['Next: make a playlist', 'Next: pick three artists', 'Still to do: make a playlist']);
    expect(pushesTo(world, ada.token)[0]?.data).toMatchObject({ url: '/welcome/first_playlist' });
  });

  test('finishing cancels what is pending: the enrollment, and a nudge that is queued', async () => {
    const [ada, ben] = [await newcomer(), await newcomer()];
    await pass('24 hours');
    for (const step of ['add_photo', 'pick_artists', 'first_playlist']) await finish(ada, step);
    await finish(ada, 'first_playlist');
    expect([await endOf(ada), await endOf(ben)]).toEqual(['exited', null]);
    const pushes = (person: Listener) =>
      one<string>(world.db.owner, `select status from notify.deliveries where recipient_id = $1 and channel = 'push'`, [
        person.id,
      ]);
    expect([await pushes(ada), await pushes(ben)]).toEqual(['canceled', 'queued']);
    await nextDay();
    await pass('10 days');
    expect([await toldTo(ada), await toldTo(ben)].map((told) => told.length)).toEqual([1, 2]);
  });

  test('never in quiet hours: it waits for their end, and is gone if the person finishes meanwhile', async () => {
    const [ada, ben] = [await newcomer(), await newcomer()];
    for (const { id } of [ada, ben]) {
      // Quiet from an hour ago to in an hour, whenever this runs.
      await world.db.owner.query(
        `insert into notify.personal_settings (user_id, quiet_hours)
         select $1, array(select row(day, (now() at time zone 'UTC' - interval '1 hour')::time(0), (now() at time zone 'UTC' + interval '1 hour')::time(0))::notify.quiet_window
           from generate_series(1, 7) as day)`,
        [id],
      );
    }
    await pass('24 hours');
    const decision = (person: Listener) =>
      one<string>(
        world.db.owner,
        `select d.outcome || coalesce(' ' || d.rule, '') from notify.decisions as d join notify.events as e on e.id = d.event_id
         where d.recipient_id = $1 and d.channel = 'push' and e.type_key = 'juke_onboarding_nudge' order by d.event_id limit 1`,
        [person.id],
      );
    expect([await decision(ada), await decision(ben)]).toEqual(['hold quiet_hours', 'hold quiet_hours']);
    for (const step of ['pick_artists', 'first_playlist', 'add_photo']) await finish(ada, step);
    await world.db.owner.query('delete from notify.personal_settings where user_id = any($1)', [[ada.id, ben.id]]);
    await world.db.owner.query('update notify.holds set due_at = now() where released_at is null');
    await releaseDue(world.db);
    expect([await decision(ada), await decision(ben)]).toEqual(['suppress event', 'send']);
  });

  test('at most one a day, also after workers were away for a week', async () => {
    const ada = await newcomer();
    await pass('8 days');
    expect(await toldTo(ada)).toHaveLength(1);
    await nextDay();
    await pass('23 hours');
    expect(await toldTo(ada)).toHaveLength(1);
    await pass('1 hour');
    expect(await toldTo(ada)).toHaveLength(2);
  });

  test('a worker killed half-way through a step leaves all of it to the next, which takes it once', async () => {
    const ada = await newcomer();
    await world.db.owner.query(`update notify.journey_enrollments set next_at = now() where user_id = $1`, [ada.id]);
    // What a killed worker had done by then is rolled back.
    await world.db.asWorker(async (killed) => {
      await killed.query('select notify_private.advance_journeys()');
      expect(
        await one(
          world.db.owner,
          'select count(*)::integer from notify.journey_steps_taken as t join notify.journey_enrollments as n on n.id = t.enrollment_id where n.user_id = $1',
          [ada.id],
        ),
      ).toBe(0);
    });
    const worker = await world.work();
    await until('the nudge arrived', async () => pushesTo(world, ada.token).length > 0);
    await untilSettled(world);
    await worker.stop();
    expect(pushesTo(world, ada.token).map(({ title }) => title)).toEqual(['Next: pick three artists']);
    expect(await endOf(ada)).toBe(null);
  });

  test('who has nothing to do before the first nudge hears nothing; nobody finishes a step that there is not', async () => {
    const ada = await newcomer();
    for (const step of ['pick_artists', 'first_playlist', 'add_photo']) await finish(ada, step);
    await pass('24 hours');
    expect([await toldTo(ada), await endOf(ada)]).toEqual([[], 'exited']);
    const wrong = await world.api.ask(
      'mutation { finishOnboardingStep(input: { stepKey: "fly" }) { result { doneAt } } }',
      { token: ada.jwt },
    );
    expect(wrong.codes).toEqual(['INVALID_INPUT']);
  });
});

test('JK-11 another journey is rows and one function: to whoever has not listened for a month', async () => {
  await world.db.owner.query(`
    create function juke_private.silent_since(user_id uuid, subject_id uuid) returns jsonb language sql stable as $$
      select jsonb_build_object('Artist', l.artist) from juke.listens as l
      where l.user_id = silent_since.user_id
      group by l.artist having max(l.listened_at) < now() - interval '30 days' order by sum(l.seconds) desc limit 1
    $$;
    insert into notify.notification_types (key, pack, category, audience, still_relevant, channels, default_channels)
    values ('juke_come_back', 'juke', 'juke_recap', 'notify_private.journey_audience', 'notify_private.journey_is_active', '{push}', '{push}');
    insert into notify.notification_copies (type_key, locale, title, body) values ('juke_come_back', 'en', '{Artist} is still here', 'Pick up where you left.');
    insert into notify.journeys (key, pack, description, progress) values ('juke_come_back', 'juke', 'Brings back', 'juke_private.silent_since');
    insert into notify.journey_steps (journey_key, step, delay, type_key) values ('juke_come_back', 1, '1 hour', 'juke_come_back')`);
  const [ada, ben] = [await makeListener(world.db), await makeListener(world.db)];
  for (const { id } of [ada, ben]) {
    await asService(
      world.db,
      `insert into juke.listens (user_id, sitting_key, artist, track, seconds, listened_at) values ($1, uuidv7(), 'Nina', 'Sinnerman', 600, now() - interval '40 days')`,
      [id],
    );
    await asService(world.db, `select notify.enroll('juke_come_back', $1)`, [id]);
  }
  await asService(
    world.db,
    `insert into juke.listens (user_id, sitting_key, artist, track, seconds) values ($1, uuidv7(), 'Nina', 'Sinnerman', 60)`,
    [ben.id],
  );
  await pass('1 hour');
  const ends = async (person: Listener) =>
    one<string>(
      world.db.owner,
      `select end_reason from notify.journey_enrollments where user_id = $1 and journey_key = 'juke_come_back'`,
      [person.id],
    );
  expect([await ends(ada), await ends(ben)]).toEqual(['completed', 'exited']);
  expect(await one(world.db.owner, 'select title from notify.notifications where recipient_id = $1', [ada.id])).toBe(
    'Nina is still here',
  );
});
