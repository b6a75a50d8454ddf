// Over 300 lines: a table with a row for each type of the pack.
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webhookSecretOf } from '../../src/sandbox/webhook.ts';
import type { Client } from '../support/database.ts';
import { type Customer, heard, makeCustomer, startWorld, type World, write } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());

const sha = () => createHash('sha256').update(randomUUID()).digest();
const all = ['email', 'in_app', 'push'];
const quiet = ['email', 'in_app'];

type Case = {
  readonly type: string;
  /** The statements that cause it, as a service. */
  readonly write: (customer: Customer) => Promise<string>;
  readonly channels: readonly string[];
  readonly en: readonly [string, string];
  readonly fr: readonly [string, string];
  readonly link: readonly [screen: string, id: string, path: string];
};

const verification = (customer: Customer, kind = 'identity') =>
  write(world.db, 'insert into accounts.verifications (user_id, kind) values ($1, $2) returning id', [
    customer.id,
    kind,
  ]);
const payment = (customer: Customer) =>
  write(world.db, `insert into accounts.payments (user_id, amount, currency) values ($1, 1204.2, 'EUR') returning id`, [
    customer.id,
  ]);
const moved = (table: string, changes: string, id: string) =>
  write(world.db, `update accounts.${table} set ${changes} where id = $1 returning id`, [id]);
const login = (customer: Customer, columns: string, values: string) =>
  write(
    world.db,
    `insert into accounts.logins (user_id, device, place, ${columns}) values ($1, 'Firefox on Windows', 'Lyon, France', ${values}) returning id`,
    [customer.id],
  );
const apiKey = (customer: Customer) =>
  write(
    world.db,
    `insert into accounts.api_keys (user_id, name, prefix, key_hash) values ($1, 'Build server', 'rk_live_1', $2) returning id`,
    [customer.id, sha()],
  );
const setting = (customer: Customer, name: string, isSecurity: boolean) =>
  write(
    world.db,
    `insert into accounts.account_settings (user_id, name, value, is_security) values ($1, $2, '"x"', $3) returning id`,
    [customer.id, name, isSecurity],
  );

const nbsp = '\u00a0';
const en = '€1,204.20';
const fr = `1\u202f204,20${nbsp}€`;

const cases: readonly Case[] = [
  {
    type: 'verification_initiated',
    write: verification,
    channels: quiet,
    en: [
      'Your identity verification has begun',
      'We are checking what you sent. You will hear from us as soon as it is done.',
    ],
    fr: [
      "Votre vérification d'identité a commencé",
      'Nous vérifions ce que vous avez envoyé. Vous aurez de nos nouvelles dès que ce sera fait.',
    ],
    link: ['verification', 'verificationId', 'verifications'],
  },
  {
    type: 'verification_completed',
    write: async (customer) => moved('verifications', `status = 'completed'`, await verification(customer)),
    channels: all,
    en: ['You are verified', 'Your identity verification is complete.'],
    fr: ['Vous êtes vérifié', "Votre vérification d'identité est terminée."],
    link: ['verification', 'verificationId', 'verifications'],
  },
  {
    type: 'verification_failed',
    write: async (customer) =>
      moved(
        'verifications',
        `status = 'failed', failure_reason = 'It is blurred. {Sic}'`,
        await verification(customer),
      ),
    channels: all,
    en: ['Your identity verification failed', 'It is blurred. {Sic}'],
    fr: ["Votre vérification d'identité a échoué", 'It is blurred. {Sic}'],
    link: ['verification', 'verificationId', 'verifications'],
  },
  {
    type: 'payment_created',
    write: payment,
    channels: ['in_app'],
    en: [`Payment of ${en} begun`, 'It is being processed.'],
    fr: [`Paiement de ${fr} commencé`, 'Il est en cours de traitement.'],
    link: ['payment', 'paymentId', 'payments'],
  },
  {
    type: 'payment_completed',
    write: async (customer) => moved('payments', `status = 'completed'`, await payment(customer)),
    channels: quiet,
    en: [`Payment of ${en} completed`, 'Thank you: it has arrived.'],
    fr: [`Paiement de ${fr} effectué`, 'Merci : il est arrivé.'],
    link: ['payment', 'paymentId', 'payments'],
  },
  {
    type: 'payment_failed',
    write: async (customer) => moved('payments', `status = 'failed'`, await payment(customer)),
    channels: all,
    en: [`Payment of ${en} failed`, 'Please check your means of payment and try again.'],
    fr: [`Le paiement de ${fr} a échoué`, 'Merci de vérifier votre moyen de paiement et de réessayer.'],
    link: ['payment', 'paymentId', 'payments'],
  },
  {
    type: 'payment_refunded',
    write: async (customer) =>
      moved(
        'payments',
        `status = 'refunded'`,
        await moved('payments', `status = 'completed'`, await payment(customer)),
      ),
    channels: quiet,
    en: [`${en} refunded`, 'The money is on its way back to you.'],
    fr: [`${fr} remboursés`, `L'argent est en route vers vous.`],
    link: ['payment', 'paymentId', 'payments'],
  },
  {
    type: 'low_balance',
    write: async (customer) =>
      moved(
        'balances',
        'amount = amount - 15.8',
        await write(
          world.db,
          `insert into accounts.balances (user_id, currency, amount, low_threshold) values ($1, 'EUR', 20, 10) returning id`,
          [customer.id],
        ),
      ),
    channels: all,
    en: ['Your balance is low', 'You have €4.20 left, less than €10.00.'],
    fr: ['Votre solde est bas', `Il vous reste 4,20${nbsp}€, moins que 10,00${nbsp}€.`],
    link: ['balance', 'balanceId', 'balances'],
  },
  {
    type: 'login_new_device',
    write: (customer) => login(customer, 'is_new_device', 'true'),
    channels: all,
    en: [
      'New device logged in',
      'From Firefox on Windows, Lyon, France. If this was not you, change your password now.',
    ],
    fr: [
      'Connexion depuis un nouvel appareil',
      `Depuis Firefox on Windows, Lyon, France. Si ce n'était pas vous, changez votre mot de passe maintenant.`,
    ],
    link: ['login', 'loginId', 'logins'],
  },
  {
    type: 'login_suspicious',
    write: (customer) => login(customer, 'is_suspicious, is_new_device, succeeded', 'true, true, false'),
    channels: [...all, 'sms'],
    en: [
      'Suspicious log-in refused',
      'Somebody tried to log in from Firefox on Windows, Lyon, France, and was refused. If this was not you, change your password.',
    ],
    fr: [
      'Connexion suspecte refusée',
      `Quelqu'un a essayé de se connecter depuis Firefox on Windows, Lyon, France, sans y parvenir. Si ce n'était pas vous, changez votre mot de passe.`,
    ],
    link: ['login', 'loginId', 'logins'],
  },
  {
    type: 'api_key_created',
    write: apiKey,
    channels: all,
    en: ['API key created', '"Build server" (rk_live_1…) was created. If this was not you, revoke it now.'],
    fr: ['Clé API créée', `« Build server » (rk_live_1…) a été créée. Si ce n'était pas vous, révoquez-la maintenant.`],
    link: ['api_key', 'apiKeyId', 'api-keys'],
  },
  {
    type: 'api_key_revoked',
    write: async (customer) => moved('api_keys', 'revoked_at = now()', await apiKey(customer)),
    channels: quiet,
    en: ['API key revoked', '"Build server" (rk_live_1…) opens nothing any more.'],
    fr: ['Clé API révoquée', `« Build server » (rk_live_1…) n'ouvre plus rien.`],
    link: ['api_key', 'apiKeyId', 'api-keys'],
  },
  {
    type: 'security_setting_changed',
    write: (customer) => setting(customer, 'second_factor', true),
    channels: all,
    en: ['Security setting changed', '"second factor" was changed. If this was not you, act now.'],
    fr: ['Réglage de sécurité changé', `« second facteur » a été changé. Si ce n'était pas vous, agissez maintenant.`],
    link: ['setting', 'settingId', 'settings'],
  },
  {
    type: 'setting_changed',
    write: (customer) => setting(customer, 'theme', false),
    channels: ['in_app'],
    en: ['Setting changed', '"theme" was changed.'],
    fr: ['Réglage changé', '« thème » a été changé.'],
    link: ['setting', 'settingId', 'settings'],
  },
];

/** Buttons by type: what asks for something to be done leads to it. */
const buttons: Readonly<Record<string, { readonly en: readonly string[]; readonly fr: readonly string[] }>> = {
  payment_failed: { en: ['retry: Try again'], fr: ['retry: Réessayer'] },
  low_balance: { en: ['top_up: Top up'], fr: ['top_up: Recharger'] },
  login_suspicious: {
    en: ['secure: Secure my account', 'confirm: It was me'],
    fr: ['secure: Sécuriser mon compte', "confirm: C'était moi"],
  },
};

describe.each(cases)('issue 5: $type', (each) => {
  test.each(['en', 'fr'] as const)('in %s, on the channels of its default, with a deep link', async (locale) => {
    const customer = await makeCustomer(world.db, locale);
    const id = await each.write(customer);
    const { inbox, push, mail, sms } = await heard(world, customer, each.type);
    const [title, body] = each[locale];
    const [screen, idName, path] = each.link;
    expect(inbox).toMatchObject([{ title, body, data: { screen, [idName]: id }, channels: each.channels }]);

    const has = (channel: string) => (each.channels.includes(channel) ? 1 : 0);
    expect([push.length, mail.length, sms.length]).toEqual([has('push'), has('email'), has('sms')]);
    if (push[0]) {
      expect(push[0]).toMatchObject({ title, body, data: { screen, [idName]: id } });
      const drawn = push[0].drawn?.actions ?? [];
      expect(drawn.map((action) => `${action.key}: ${action.title}`)).toEqual(buttons[each.type]?.[locale] ?? []);
      for (const { url } of drawn) expect(url).toContain(`/${path}/${id}/`);
    }
    if (mail[0]) {
      expect(mail[0].title).toBe(title);
      for (const part of [body, `https://app.example/${path}/${id}`]) expect(mail[0].body).toContain(part);
    }
    if (sms[0]) expect(sms[0].body).toMatch(locale === 'en' ? /^Suspicious log-in: / : /^Connexion suspecte : /);
  });

  test.each(['en', 'fr'] as const)('NC-10: in %s, on SMS and webhook where a person chose these', async (locale) => {
    const customer = await makeCustomer(world.db, locale);
    const url = `http://127.0.0.1:${world.sandbox.ports.webhook}/hooks/${customer.id}`;
    await write(world.db, 'select notify.register_webhook_endpoint_for($1, $2, $3)', [
      customer.id,
      url,
      webhookSecretOf(customer.id),
    ]);
    const chosen = ['email', 'in_app', 'push', 'sms', 'webhook'];
    await world.db.asUser(
      customer.id,
      (client) => client.query('select notify.set_type_preferences($1, channels => $2)', [each.type, chosen]),
      { commit: true },
    );
    await each.write(customer);
    const { inbox, sms } = await heard(world, customer, each.type);
    expect(inbox).toMatchObject([{ channels: chosen }]);
    expect(sms).toHaveLength(1);
    // One segment of GSM-7, without what only another alphabet has.
    expect(sms[0]?.body).toMatch(/^[\w\s"'(),.:;?!€éèàùÉ{}-]{20,160}$/u);
    const title = each[locale][0];
    expect(world.sandbox.journal.list({ provider: 'webhook', address: url })).toMatchObject([{ status: 204, title }]);
  });
});

test('issue 5: every type of the pack is tested here, has words in both languages, and its page says the same of it', async () => {
  const { rows } = await world.db.owner.query<{ key: string; line: string; languages: string[] }>(
    `select t.key, format('| \`%s\` | %s | %s | %s | %s | %s |', t.key, t.category, t.priority, array_to_string(t.default_channels, ', '),
         coalesce(nullif(array_to_string(array(select c from unnest(t.channels) as c where c <> all (t.default_channels)), ', '), ''), '-'),
         coalesce(nullif(array_to_string(t.locked_channels, ', '), ''), '-')) as line,
       array(select distinct c.locale from notify.notification_copies as c where c.type_key = t.key order by 1) as languages
     from notify.notification_types as t where t.pack = 'accounts' order by t.category, t.key`,
  );
  expect(rows.map(({ key }) => key).sort()).toEqual(cases.map(({ type }) => type).sort());
  for (const { languages } of rows) expect(languages).toEqual(['en', 'fr']);
  const page = await readFile(new URL('../../docs/accounts.md', import.meta.url), 'utf8');
  expect(page).toContain(rows.map(({ line }) => line).join('\n'));
});

test('issue 5, NC-15: what is security or billing cannot be switched off, the rest can', async () => {
  const customer = await makeCustomer(world.db);
  const off = (type: string, channel: string) =>
    world.db.asUser(customer.id, (client) =>
      client.query('select notify.set_preference($1, $2, false)', [type, channel]),
    );
  const { rows } = await world.db.owner.query<{ key: string; category: string; locked: string[] }>(
    `select key, category, locked_channels as locked from notify.notification_types where pack = 'accounts'`,
  );
  for (const { key, category, locked } of rows) {
    expect(locked.includes('email') && locked.includes('in_app'), key).toBe(['security', 'billing'].includes(category));
    for (const channel of locked)
      await expect(off(key, channel)).rejects.toMatchObject({
        code: 'RBLCK',
        message: `enabled: ${channel} cannot be switched off for this type`,
      });
  }
  await off('login_suspicious', 'sms');
  await off('low_balance', 'push');
  await off('payment_completed', 'email');
});

test('issue 5: what is no news tells nobody', async () => {
  const { db } = world;
  const customer = await makeCustomer(db);
  const count = async () =>
    (await db.owner.query('select count(*)::integer as n from notify.events')).rows[0] as { n: number };
  const before = await count();
  await login(customer, 'succeeded', 'true');
  await login(customer, 'is_new_device, succeeded', 'true, false');
  await write(
    db,
    `insert into accounts.api_keys (user_id, name, prefix, key_hash, revoked_at) values ($1, 'Imported', 'rk', $2, now())`,
    [customer.id, sha()],
  );
  expect(await count()).toEqual(before);
  const id = await verification(customer);
  await moved('verifications', `status = 'initiated'`, id);
  const key = await apiKey(customer);
  await moved('api_keys', `name = 'Another'`, key);
  const theme = await setting(customer, 'theme', false);
  await moved('account_settings', `value = '"x"'`, theme);
  expect((await count()).n).toBe(before.n + 3);
  // The positive beside it: the same value, said to be another.
  await moved('account_settings', `changed_at = now() + interval '1 second'`, theme);
  expect((await count()).n).toBe(before.n + 4);
});

test('issue 5: a status that cannot follow, a revocation taken back and a deletion are refused', async () => {
  const customer = await makeCustomer(world.db);
  const done = await moved('verifications', `status = 'completed'`, await verification(customer));
  await expect(moved('verifications', `status = 'failed'`, done)).rejects.toMatchObject({ code: 'RBCFL' });
  const paid = await payment(customer);
  await expect(moved('payments', `status = 'refunded'`, paid)).rejects.toMatchObject({ code: 'RBCFL' });
  await moved('payments', `status = 'created'`, await moved('payments', `status = 'failed'`, paid));
  const key = await moved('api_keys', 'revoked_at = now()', await apiKey(customer));
  await expect(moved('api_keys', 'revoked_at = null', key)).rejects.toMatchObject({ code: 'RBCFL' });
  await expect(write(world.db, 'delete from accounts.payments where id = $1', [paid])).rejects.toMatchObject({
    code: '42501',
  });
});

test('issue 5: people see their own rows and write none; nobody but services reads the digest of a key', async () => {
  const { db } = world;
  const [ada, bob] = [await makeCustomer(db), await makeCustomer(db)];
  await verification(ada);
  await payment(ada);
  await write(db, `insert into accounts.balances (user_id, currency) values ($1, 'EUR')`, [ada.id]);
  await login(ada, 'succeeded', 'true');
  await apiKey(ada);
  await setting(ada, 'theme', false);
  for (const table of ['verifications', 'payments', 'balances', 'logins', 'api_keys', 'account_settings']) {
    const rowsOf = (customer: Customer) =>
      db.asUser(customer.id, async (client) => (await client.query(`select id from accounts.${table}`)).rows);
    expect(await rowsOf(ada), table).toHaveLength(1);
    expect(await rowsOf(bob), table).toHaveLength(0);
    await expect(
      db.asUser(ada.id, (client) => client.query(`update accounts.${table} set user_id = $1`, [bob.id])),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(db.asAnonymous((client) => client.query(`select id from accounts.${table}`))).rejects.toMatchObject({
      code: '42501',
    });
  }
  const readDigest = (client: Client) => client.query('select key_hash from accounts.api_keys');
  await expect(db.asUser(ada.id, readDigest)).rejects.toMatchObject({ code: '42501' });
  await expect(db.asOperator(readDigest)).rejects.toMatchObject({ code: '42501' });
  expect((await db.asWriter(readDigest)).rows.length).toBeGreaterThan(0);
});
