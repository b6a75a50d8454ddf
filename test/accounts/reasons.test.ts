import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { planDue } from '../support/engine-pack.ts';
import { makeCustomer, write } from './world.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db?.drop());

/** What somebody reads: their notifications, the texts of their SMS and mails, and their activity, oldest first. */
async function readBy(
  userId: string,
): Promise<{ titles: string[]; bodies: string[]; activity: string[]; all: string }> {
  await planDue(db);
  const { rows } = await db.owner.query<{ title: string; body: string; texts: unknown }>(
    `select title, body, channel_texts as texts from notify.notifications where recipient_id = $1 order by id`,
    [userId],
  );
  const { rows: entries } = await db.owner.query<{ line: string }>(
    `select concat_ws(' | ', title, description) as line from notify.activities where user_id = $1 order by id`,
    [userId],
  );
  const activity = entries.map(({ line }) => line);
  const titles = rows.map(({ title }) => title);
  const bodies = rows.map(({ body }) => body);
  return { titles, bodies, activity, all: JSON.stringify([rows, activity]) };
}

const verify = (userId: string, kind: string, reason: string | null = null) =>
  write(
    db,
    'insert into accounts.verifications (user_id, kind, status, failure_reason) values ($1, $2, $3, $4) returning id',
    [userId, kind, reason === null ? 'initiated' : 'failed', reason],
  );
const failPayment = (userId: string, reason: string) =>
  write(
    db,
    `insert into accounts.payments (user_id, amount, currency, status, failure_reason) values ($1, 5, 'EUR', 'failed', $2) returning id`,
    [userId, reason],
  );

describe('W37: why something failed is copy in the language of the person', () => {
  const spellings = [
    'insufficient_funds',
    'INSUFFICIENT_FUNDS',
    'insufficient-funds',
    'Error: insufficient_funds (51)',
  ];
  test.each([
    ['en', 'There is not enough money on the account.'],
    ['de', 'There is not enough money on the account.'],
    ['fr', 'Le solde du compte est insuffisant.'],
    ['fr-CA', 'Le solde du compte est insuffisant.'],
  ])('a code of payments in %s, however it is written', async (locale, text) => {
    const ada = await makeCustomer(db, locale);
    for (const reason of spellings) await failPayment(ada.id, reason);
    const { bodies, activity, all } = await readBy(ada.id);
    expect(bodies).toEqual(spellings.map(() => text));
    expect(activity).toHaveLength(spellings.length);
    for (const line of activity) expect(line).toContain(` · ${text}`);
    expect(all).not.toMatch(/insufficient.funds/i);
  });

  test('a code without words is not shown; a sentence is, as it was written', async () => {
    const [ada, zoe] = [await makeCustomer(db), await makeCustomer(db, 'fr')];
    for (const { id } of [ada, zoe]) {
      await failPayment(id, 'gateway_e4711');
      await verify(id, 'identity', 'VENDOR_REASON_12');
      await failPayment(id, 'La banque est fermée.');
    }
    const [hers, zoes] = [await readBy(ada.id), await readBy(zoe.id)];
    expect(hers.bodies.toSorted()).toEqual([
      'La banque est fermée.',
      'Please check your means of payment and try again.',
      'We could not complete it. Please try again.',
    ]);
    expect(zoes.bodies.toSorted()).toEqual([
      'La banque est fermée.',
      'Merci de vérifier votre moyen de paiement et de réessayer.',
      "Nous n'avons pas pu la terminer. Merci de réessayer.",
    ]);
    for (const { all } of [hers, zoes]) expect(all).not.toMatch(/e4711|vendor/i);
  });

  test('a service adds words of its own; nobody else does', async () => {
    const ada = await makeCustomer(db, 'fr');
    const add = `insert into accounts.texts (scope, key, locale, text) values ('failure_reason', 'moon_phase', 'fr', 'La lune est pleine.')`;
    await expect(db.asUser(ada.id, (client) => client.query(add))).rejects.toThrow(/permission denied/);
    await write(db, add);
    await failPayment(ada.id, 'moon_phase');
    expect((await readBy(ada.id)).bodies).toEqual(['La lune est pleine.']);
  });
});

describe('W37: verifications and settings are named', () => {
  test.each([
    ['en', ['identity', 'document', 'bank account']],
    ['fr', ["d'identité", 'de document', 'de compte bancaire']],
  ])('three verifications at once in %s are three texts', async (locale, names) => {
    const ada = await makeCustomer(db, locale);
    for (const kind of ['identity', 'document', 'bank_account']) await verify(ada.id, kind);
    for (const kind of ['identity', 'document', 'bank_account']) await verify(ada.id, kind, 'expired_document');
    const { titles, activity, all } = await readBy(ada.id);
    expect(new Set(titles).size).toBe(6);
    expect(new Set(activity).size).toBe(6);
    for (const [place, name] of [...names, ...names].entries()) {
      expect(titles[place]).toContain(name);
      expect(activity[place]?.toLowerCase()).toContain(name);
    }
    expect(all).not.toMatch(/bank_account|expired_document/);
  });

  test('a kind or setting without a name in that language is not named', async () => {
    const [ada, zoe] = [await makeCustomer(db), await makeCustomer(db, 'fr')];
    for (const { id } of [ada, zoe]) {
      await verify(id, 'moon_walk');
      for (const [name, isSecurity] of [
        ['two_factor', true],
        ['moon_walk', true],
        ['moon_walk_b', false],
      ])
        await write(
          db,
          `insert into accounts.account_settings (user_id, name, value, is_security) values ($1, $2, '1', $3) returning id`,
          [id, name, isSecurity],
        );
      await write(db, `update accounts.account_settings set value = '2' where user_id = $1 returning id`, [id]);
    }
    const [hers, zoes] = [await readBy(ada.id), await readBy(zoe.id)];
    expect(hers.titles).toContain('Your moon walk verification has begun');
    expect(zoes.titles).toContain('Votre vérification a commencé');
    expect(zoes.all).toContain('authentification à deux facteurs');
    expect(zoes.all).not.toMatch(/moon|two.factor/);
    expect(hers.all).not.toMatch(/moon_walk|two_factor/);
  });
});
