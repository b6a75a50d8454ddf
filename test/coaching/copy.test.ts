import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { type MemberOptions, makeCall, makeCoach, makeMember } from './world.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

type Said = {
  readonly title: string;
  readonly body: string;
  readonly sms: string;
  readonly form: string;
  readonly encoding: string;
  readonly segments: number;
};
type Preview = MemberOptions & {
  readonly name?: string;
  readonly topic?: string;
  readonly context?: string;
  readonly after?: string;
};

/** What a member is told on both channels. */
async function said({ name = 'Max', topic, context, after = '5 minutes', ...options }: Preview): Promise<Said> {
  const ada = await makeMember(db, { ...options, pref: 'push_and_sms' });
  // Both at once, to read both.
  await db.owner.query(`delete from notify.fallback_choices where user_id = $1`, [ada.id]);
  await db.owner.query(`update notify.notification_types set fallback_key = null where key = 'coaching_preview'`);
  await makeCall(db, ada.id, after, {
    coachId: await makeCoach(db, name),
    ...(topic && { topic }),
    context: context ?? null,
  });
  await planDue(db);
  const { rows } = await db.owner.query<Said>(
    `select n.title, n.body, n.channel_texts -> 'sms' ->> 'body' as sms, d.sms_form as form, d.sms_encoding as encoding, d.sms_segments as segments
     from notify.notifications as n join notify.deliveries as d on d.notification_id = n.id and d.channel = 'sms'
     where n.recipient_id = $1 and n.type_key = 'coaching_preview'`,
    [ada.id],
  );
  return rows[0] as Said;
}

// As the product's own text has them.
const topics = {
  en: {
    fitness_checkin: 'your fitness goal check-in',
    weekly_weighin: 'weekly weigh-in & meal review',
    mood_check: 'mood & energy check',
    meal_review: "yesterday's meals review",
    exercise_plan: "today's exercise plan",
    streak_celebrate: 'streak celebration!',
  },
  fr: {
    fitness_checkin: 'point objectif fitness',
    weekly_weighin: 'pesée & bilan repas de la semaine',
    mood_check: 'point humeur & énergie',
    meal_review: "bilan repas d'hier",
    exercise_plan: 'planning sport du jour',
    streak_celebrate: 'fête du streak !',
  },
} as const;

describe('CP-2 copy, letter by letter', () => {
  test.each([
    ['en', 3, 'Coach Max is calling in 5 min! 🌱', 'Day 3: mood & energy check.'],
    ['fr', 3, "Coach Max t'appelle dans 5 min ! 🌱", 'Jour 3 : point humeur & énergie.'],
    ['en', 7, 'Coach Max is calling in 5 min! 🔥', "Day 7 — one full week! Let's celebrate."],
    ['fr', 7, "Coach Max t'appelle dans 5 min ! 🔥", 'Jour 7 — une semaine complète ! On fête ça.'],
    ['en', 21, 'Coach Max is calling in 5 min! 💪', 'DAY 21! You made it. Final check-in. 🏆'],
    ['fr', 21, "Coach Max t'appelle dans 5 min ! 💪", "JOUR 21 ! Tu l'as fait. Dernier point. 🏆"],
    ['fr-CA', 8, "Coach Max t'appelle dans 5 min ! 🌱", 'Jour 8 : point humeur & énergie.'],
    ['de', 22, 'Coach Max is calling in 5 min! 🔥', 'Day 22: mood & energy check.'],
  ])('%s, day %i', async (locale, streak, title, body) => {
    expect(await said({ locale, streak })).toMatchObject({ title, body });
  });

  test('the emoji goes round with the day', async () => {
    const emoji = [];
    for (const streak of [1, 2, 3, 4, 5, 6]) emoji.push((await said({ streak })).title.split(' ').at(-1));
    expect(emoji).toEqual(['💪', '🔥', '🌱', '⭐', '🏆', '💪']);
  });

  test('a contextual line follows the default body, and no milestone', async () => {
    const context = 'You slept 8 hours: well done.';
    expect((await said({ streak: 2, context })).body).toBe(`Day 2: mood & energy check. ${context}`);
    expect((await said({ streak: 2, context, locale: 'fr' })).body).toBe(`Jour 2 : point humeur & énergie. ${context}`);
    expect((await said({ streak: 7, context })).body).toBe("Day 7 — one full week! Let's celebrate.");
  });

  test.each(
    Object.entries(topics).flatMap(([locale, texts]) =>
      Object.entries(texts).map(([key, text]) => [locale, key, text]),
    ),
  )('topic in %s: %s', async (locale, topic, text) => {
    const { body } = await said({ locale: locale as string, topic: topic as string, streak: 2 });
    expect(body).toBe(locale === 'fr' ? `Jour 2 : ${text}.` : `Day 2: ${text}.`);
  });
});

describe('CP-30 an SMS preview costs one segment', () => {
  test('the full copy where it fits', async () => {
    expect(await said({ name: 'Al', streak: 1, topic: 'mood_check' })).toEqual({
      title: 'Coach Al is calling in 5 min! 💪',
      body: 'Day 1: mood & energy check.',
      sms: 'Coach Al calling in 5 min! 💪 Day 1 — mood & energy check. Answer!',
      form: 'full',
      encoding: 'ucs2',
      segments: 1,
    });
  });

  test('any coach, topic, day and lead time', async () => {
    const names = [
      'Al',
      'Max',
      'Zoë',
      'Jean-François',
      '小林',
      'Anne-Sophie de la Rochefoucauld-Montbel 🏆',
      'É'.repeat(60),
      '小'.repeat(60),
    ];
    for (const [n, name] of names.entries()) {
      const locale = n % 2 ? 'fr' : 'en';
      for (const topic of ['mood_check', 'weekly_weighin'])
        expect(await said({ name, topic, locale, streak: 365, after: '59 minutes', leadMinutes: 60 })).toMatchObject({
          segments: 1,
        });
    }
  });

  // What docs/coaching.md shows, made by the code.
  const cases = [
    ['en', 'Al', 'mood_check', 1],
    ['en', 'Max', 'mood_check', 12],
    ['en', 'Max', 'weekly_weighin', 12],
    ['en', 'Anne-Sophie de la Rochefoucauld', 'weekly_weighin', 123],
    ['en', 'Wolfeschlegelsteinhausenbergerdorff of the Northern Territories', 'weekly_weighin', 123],
    ['en', '小林', 'weekly_weighin', 12],
    ['fr', 'Al', 'meal_review', 1],
    ['fr', 'Max', 'mood_check', 12],
    ['fr', 'Jean-François', 'weekly_weighin', 12],
    ['fr', 'Anne-Sophie de la Rochefoucauld-Montbel', 'weekly_weighin', 123],
    ['fr', 'Wolfeschlegelsteinhausenbergerdorff of the Northern Territor', 'weekly_weighin', 123],
  ] as const;

  test('the page says what goes out', async () => {
    const lines = ['| locale | what goes out | form | encoding | units | full copy |', '|---|---|---|---|---|---|'];
    for (const [locale, fullName, topic, streak] of cases) {
      const name = [...fullName].slice(0, 60).join('');
      const { sms, form, encoding } = await said({ locale, name, topic, streak, after: '10 minutes', leadMinutes: 10 });
      const units = async (text: string) => {
        const { rows } = await db.owner.query('select * from notify_private.measure_sms($1)', [text]);
        return rows[0] as { units: number; segments: number };
      };
      const emoji = ['💪', '🔥', '🌱', '⭐', '🏆'][(streak - 1) % 5];
      const words = topics[locale][topic];
      const full =
        locale === 'en'
          ? `Coach ${name} calling in 10 min! ${emoji} Day ${streak} — ${words}. Answer!`
          : `Coach ${name} t'appelle dans 10 min ! ${emoji} Jour ${streak} — ${words}. Décroche !`;
      if (form === 'full') expect(sms).toBe(full);
      const whole = await units(full);
      const sent = await units(sms);
      expect(sent.segments).toBe(1);
      lines.push(
        `| ${locale} | ${sms} | \`${form}\` | ${encoding === 'gsm7' ? 'GSM-7' : 'UCS-2'} | ${sent.units} of ${encoding === 'gsm7' ? 160 : 70} | ${whole.units} of 70${whole.segments > 1 ? `, ${whole.segments} segments` : ''} |`,
      );
    }
    const page = readFileSync(new URL('../../docs/coaching.md', import.meta.url), 'utf8');
    expect(page).toContain(lines.join('\n'));
  });
});

describe('CP-31 the phone number is E.164, validated when stored', () => {
  test.each(['0612345678', '+0612345678', '+33 6 12 34 56 78', '+123456', '+1234567890123456', ''])(
    '%j is refused',
    async (phone) => {
      await expect(db.owner.query('insert into notify.users (phone) values ($1)', [phone])).rejects.toMatchObject({
        constraint: 'users_phone_is_e164',
      });
    },
  );
  test('a number is taken', async () => {
    expect(await one(db.owner, `insert into notify.users (phone) values ('+33612345678') returning phone`)).toBe(
      '+33612345678',
    );
  });
});
