import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery, registerWorker } from '../support/engine.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const somebody = async () => {
  const id = await createUser(db);
  return { id, token: await signToken(id) };
};
type Somebody = Awaited<ReturnType<typeof somebody>>;
const request = ({ token }: Somebody, confirm: string) =>
  api.ask('mutation ($c: UUID!) { requestErasure(input: { confirm: $c }) { result { userId requestedAt dueAt } } }', {
    token,
    variables: { c: confirm },
  });
const cancel = async ({ token }: Somebody) =>
  (await api.ask('mutation { cancelErasure(input: {}) { result } }', { token })).data.cancelErasure.result;
const requests = async ({ token }: Somebody) =>
  [(await api.ask('{ me { erasureRequest { userId dueAt } } }', { token })).data.me?.erasureRequest].filter(Boolean);
/** As the worker's upkeep does each minute; how many were tried. */
const upkeep = async () =>
  (await db.worker.query<{ done: number }>('call notify_private.erase_requested(null)')).rows[0]?.done;
const passes = ({ id }: Somebody) =>
  db.owner.query(`update notify.erasure_requests set due_at = now() - interval '1 second' where user_id = $1`, [id]);
const isThere = ({ id }: Somebody) =>
  one<boolean>(db.owner, 'select exists (select from notify.users where id = $1)', [id]);

test('issue 12: a person asks to be erased; it is done a day later, and nobody else is', async () => {
  const [ada, bob] = [await somebody(), await somebody()];
  const first = await request(ada, ada.id);
  expect(first.errors).toEqual([]);
  const { requestedAt, dueAt } = first.data.requestErasure.result;
  expect(Date.parse(dueAt) - Date.parse(requestedAt)).toBeGreaterThan(86_390_000);
  expect((await request(ada, ada.id)).data.requestErasure.result.dueAt).toBe(dueAt);
  expect(await requests(ada)).toEqual([{ userId: ada.id, dueAt }]);
  expect(await requests(bob)).toEqual([]);
  expect(await upkeep()).toBe(0);
  expect(await isThere(ada)).toBe(true);

  await passes(ada);
  expect(await upkeep()).toBe(1);
  expect([await isThere(ada), await isThere(bob)]).toEqual([false, true]);
  expect(
    await one(db.owner, `select reason from notify.erasures where subject_digest = encode(sha256($1), 'hex')`, [
      ada.id,
    ]),
  ).toBe('person_request');
  expect((await request(ada, ada.id)).codes).toEqual(['NOT_FOUND']);
});

test('issue 12: a request is taken back by its person alone', async () => {
  const [ada, bob] = [await somebody(), await somebody()];
  await request(ada, ada.id);
  expect(await cancel(bob)).toBe(false);
  expect(await requests(ada)).toHaveLength(1);
  expect(await cancel(ada)).toBe(true);
  expect(await cancel(ada)).toBe(false);
  expect(await upkeep()).toBe(0);
  expect(await isThere(ada)).toBe(true);
});

test('issue 12: not for somebody else, nor without one’s own id', async () => {
  const [ada, bob] = [await somebody(), await somebody()];
  const { errors } = await request(bob, ada.id);
  expect(errors[0]?.extensions).toEqual({ code: 'INVALID_INPUT', field: 'confirm' });
  for (const who of [ada, bob]) expect(await requests(who)).toEqual([]);
  for (const statement of [
    `insert into notify.erasure_requests (user_id) values ('${ada.id}')`,
    'delete from notify.erasure_requests',
    'call notify_private.erase_requested(null)',
    `select notify.erase_person('${ada.id}', 'person_request', '${ada.id}')`,
  ])
    await expect(db.asUser(bob.id, (client) => client.query(statement))).rejects.toMatchObject({ code: '42501' });
});

test('issue 12: whose message is being sent is tried again, and holds nobody up', { timeout: 120_000 }, async () => {
  const [ada, bob] = [await somebody(), await somebody()];
  const worker = await registerWorker(db);
  const { deliveryId } = await makeDelivery(db, ada.id, { status: 'sending' });
  await db.owner.query(
    `insert into notify_private.claims (id, worker_id, sender_id, delivery_ids)
     select claim_id, $2, sender_id, array[id] from notify.deliveries where id = $1`,
    [deliveryId, worker],
  );
  for (const who of [ada, bob]) {
    await request(who, who.id);
    await passes(who);
  }
  expect(await upkeep()).toBe(2);
  expect([await isThere(ada), await isThere(bob)]).toEqual([true, false]);
  await db.owner.query(`update notify.deliveries set status = 'sent', claim_id = null, sent_at = now() where id = $1`, [
    deliveryId,
  ]);
  await passes(ada);
  await upkeep();
  expect(await isThere(ada)).toBe(false);
});

test('issue 12: a service exports and erases at once', async () => {
  const [ada, bob] = [await somebody(), await somebody()];
  const tables = await db.asWriter(
    async (client) =>
      (await client.query<{ table_name: string }>('select table_name from notify.export_person($1)', [ada.id])).rows,
  );
  expect(tables.map(({ table_name }) => table_name)).toContain('notify.users');
  const erase = (confirm: string) =>
    db.asWriter((client) => client.query(`select notify.erase_person($1, 'account_closed', $2)`, [ada.id, confirm]), {
      commit: true,
    });
  await expect(erase(bob.id)).rejects.toMatchObject({ column: 'confirm' });
  expect(await isThere(ada)).toBe(true);
  await erase(ada.id);
  expect([await isThere(ada), await isThere(bob)]).toEqual([false, true]);
});
