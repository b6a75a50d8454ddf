import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCatalogProblems, findUnqualified } from '../../../scripts/catalog-lint.ts';
import { migrate } from '../../../src/migrate/index.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { signToken, startTestApi, type TestApi } from '../../../test/support/api.ts';
import { createDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { one } from '../../../test/support/one.ts';
import { until } from '../../../test/support/until.ts';
import { startWorker, type WorkerProcess } from '../../../test/support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let api: TestApi;
let worker: WorkerProcess;

/** As ROWBELL_PACKS=shop ROWBELL_PACKS_DIR=examples: the core and this pack, on an empty database. */
const install = (packs: readonly string[]) =>
  migrate({
    databaseUrl: db.ownerUrl,
    apiDatabaseUrl: db.apiUrl,
    workerDatabaseUrl: db.workerUrl,
    packs,
    packsDir: join(import.meta.dirname, '..', '..'),
  });
beforeAll(async () => {
  db = await createDatabase({ empty: true });
  await install(['shop']);
  sandbox = await startSandbox();
  [api, worker] = await Promise.all([
    startTestApi(db, sandbox.settings),
    startWorker({ databaseUrl: db.workerUrl, settings: { ...sandbox.settings, APP_URL: 'https://shop.example' } }),
  ]);
});
afterAll(async () => {
  await worker?.stop();
  await api?.stop();
  await sandbox?.close();
  await db?.drop();
});

type Buyer = { readonly id: string; readonly email: string; readonly token: string; readonly jwt: string };
async function makeBuyer(name: string, locale: string): Promise<Buyer> {
  const email = `${name.toLowerCase()}@shop.example`;
  const id = await one<string>(
    db.owner,
    'insert into notify.users (name, locale, email, email_verified_at) values ($1, $2, $3, now()) returning id',
    [name, locale, email],
  );
  const token = `fcm-${randomBytes(24).toString('hex')}`;
  await db.owner.query(`insert into notify.devices (user_id, provider, token) values ($1, 'fcm', $2)`, [id, token]);
  return { id, email, token, jwt: await signToken(id) };
}
let orders = 1041;
/** As the shop's service, which knows nothing of notifications. */
const place = (buyer: Buyer) =>
  db.asWriter(
    async (client) => {
      const { rows } = await client.query<{ id: string; number: string }>(
        `insert into shop.orders (buyer_id, number, total, currency) values ($1, $2, 49.90, 'EUR') returning id, number`,
        [buyer.id, String(++orders)],
      );
      return rows[0] as { id: string; number: string };
    },
    { commit: true },
  );
const move = (id: string, status: string) =>
  db.asWriter((client) => client.query('update shop.orders set status = $2 where id = $1', [id, status]), {
    commit: true,
  });
const settled = () =>
  until('all is planned and sent', () =>
    one<boolean>(
      db.owner,
      `select not exists (select from notify.events where planned_at is null)
          and not exists (select from notify.deliveries where status in ('queued', 'sending'))`,
    ),
  );
const pushesTo = ({ token }: Buyer) => sandbox.journal.list({ provider: 'fcm', address: token });
const mailsTo = ({ email }: Buyer) => sandbox.journal.list({ provider: 'smtp', address: email });

test.each([
  ['Ada', 'en', 'Order N', 'We have your order. It comes to 49.90 EUR.', 'Order received', 'Number'],
  [
    'Chloé',
    'fr-FR',
    'Commande N',
    'Nous avons bien reçu votre commande. Son montant est de 49.90 EUR.',
    'Commande reçue',
    'Numéro',
  ],
])("OP-19: an order is told on %s's phone and in the mailbox", async (name, locale, title, body, badge, label) => {
  const buyer = await makeBuyer(name, locale);
  const { id, number } = await place(buyer);
  await settled();
  const said = title.replace('N', number);
  const [push, ...morePushes] = pushesTo(buyer);
  expect(morePushes).toEqual([]);
  expect(push).toMatchObject({ status: 200, title: said, body });
  const [mail, ...moreMails] = mailsTo(buyer);
  expect(moreMails).toEqual([]);
  expect(mail?.title).toBe(said);
  const html = String((mail?.raw as { html: string } | undefined)?.html);
  // The pack's own template, with its own words beside the copy.
  for (const part of [`✓ ${badge}`, body, label, number, `https://shop.example/orders/${id}`]) {
    expect(html).toContain(part);
  }
  expect(mail?.body).toContain(`${label}: ${number}`);
});

test('OP-19: what has been shipped is told once, and what cannot follow is refused', async () => {
  const buyer = await makeBuyer('Ben', 'en');
  const { id, number } = await place(buyer);
  await settled();
  await move(id, 'shipped');
  await settled();
  // The newest first.
  expect(pushesTo(buyer).map(({ title }) => title)).toEqual([`Order ${number} is on its way`, `Order ${number}`]);
  // With a picture and buttons, in the phone's language; an order that was placed has words alone.
  const [shipped, placed] = pushesTo(buyer);
  expect(shipped?.drawn).toEqual({
    image: `https://shop.example/orders/${number}/parcel.jpg`,
    icon: null,
    actions: [
      { key: 'track', title: 'Track it', url: `/orders/${id}/track` },
      { key: 'help', title: 'Get help', url: `/orders/${id}/help` },
    ],
    channel: 'orders',
  });
  expect(placed?.drawn).toBeNull();
  await expect(move(id, 'canceled')).rejects.toMatchObject({ code: 'RBCFL' });
});

test('OP-19: the API is the core and the shop, each buyer seeing their own', async () => {
  const [eva, dilan] = [await makeBuyer('Eva', 'en'), await makeBuyer('Dilan', 'en')];
  const { id, number } = await place(eva);
  const mine = '{ orders { number status } }';
  expect((await api.ask(mine, { token: eva.jwt })).data.orders).toEqual([{ number, status: 'placed' }]);
  expect((await api.ask(mine, { token: dilan.jwt })).data.orders).toEqual([]);
  const cancel = (jwt: string) =>
    api.ask('mutation ($id: UUID!) { cancelOrder(input: { orderId: $id }) { result { status } } }', {
      token: jwt,
      variables: { id },
    });
  expect((await cancel(dilan.jwt)).codes).toEqual(['NOT_FOUND']);
  expect((await cancel(eva.jwt)).data.cancelOrder.result).toEqual({ status: 'canceled' });
  expect((await cancel(eva.jwt)).codes).toEqual(['CONFLICT']);
  for (const other of ['trips', 'calls', 'listeningSessions', 'payments']) {
    expect((await api.ask(`{ ${other} { id } }`, { token: eva.jwt })).status).toBe(400);
  }
});

test('SE-14: how often somebody may cancel is bounded', async () => {
  const buyer = await makeBuyer('Fay', 'en');
  await db.owner.query(`update notify.limits set at_most = 1 where key = 'order_changes'`);
  const cancel = async () => {
    const { id } = await place(buyer);
    return db.asUser(buyer.id, (client) => client.query('select shop.cancel_order($1)', [id]), { commit: true });
  };
  await cancel();
  await expect(cancel()).rejects.toMatchObject({ code: 'RBLIM' });
});

test('issue 3, 11: orders are exported and erased with their buyer, and retention knows the table', async () => {
  const buyer = await makeBuyer('Gus', 'en');
  const { number } = await place(buyer);
  const { rows } = await db.asOperator((client) =>
    client.query<{ data: { number: string } }>(
      `select data from notify.export_person($1) where table_name = 'shop.orders'`,
      [buyer.id],
    ),
  );
  expect(rows.map(({ data }) => data.number)).toEqual([number]);
  // Erasing waits for what is being sent; how that goes is the core's matter, and its tests'.
  await settled();
  await db.asOperator((client) => client.query(`select notify.erase_person($1, 'person_request', $1)`, [buyer.id]), {
    commit: true,
  });
  expect(await one(db.owner, 'select count(*)::integer from shop.orders where number = $1', [number])).toBe(0);
  expect(
    await one(db.owner, `select count(*)::integer from notify.retention_policies where table_name ~ '^shop\\.'`),
  ).toBe(1);
});

test('the pack is written as the others are', async () => {
  const schemas = `select oid, nspname from pg_namespace where nspname ~ '^shop'`;
  const client = await db.owner.connect();
  try {
    expect(await findCatalogProblems(client, schemas)).toEqual([]);
    expect(await findUnqualified(client, schemas)).toEqual([]);
  } finally {
    client.release();
  }
});

test('OP-19: switched off it tells nobody, and its orders stay', async () => {
  const buyer = await makeBuyer('Hal', 'en');
  const insert = () =>
    db.owner.query(`insert into shop.orders (buyer_id, number, total, currency) values ($1, $2, 1, 'EUR')`, [
      buyer.id,
      String(++orders),
    ]);
  await install([]);
  await insert();
  await settled();
  expect(pushesTo(buyer)).toEqual([]);
  await install(['shop']);
  await insert();
  await settled();
  expect(pushesTo(buyer)).toHaveLength(1);
  expect(await one(db.owner, 'select count(*)::integer from shop.orders where buyer_id = $1', [buyer.id])).toBe(2);
});
