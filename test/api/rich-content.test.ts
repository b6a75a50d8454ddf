import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';

let db: TestDatabase;
let api: TestApi;
let type: string;
let person: string;
let token: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  type = await makeType(db, { channels: ['push', 'in_app'], withoutCopy: true });
  await db.owner.query(
    `insert into notify.notification_copies (type_key, locale, title, body, action_titles)
     values ($1, 'en', 'Title', 'Body', '{"track": "Track it", "help": "Get help"}')`,
    [type],
  );
  await db.owner.query(
    `update notify.notification_types set image_url = 'https://cdn.example/{Id}.jpg', icon_url = 'https://cdn.example/i.png',
       actions = '[{"key": "track", "url": "/orders/{Id}"}, {"key": "help"}]' where key = $1`,
    [type],
  );
  api = await startTestApi(db);
  person = await makePerson(db);
  token = await signToken(person);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const inbox = '{ inbox { nodes { title imageUrl iconUrl actions { key title url } } } }';
async function push(): Promise<string> {
  const event = await tell(db, type, [person], { variables: { Id: '42' } });
  await planDue(db);
  return one(
    db.owner,
    `select d.id from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
     where n.event_id = $1 and d.channel = 'push'`,
    [event],
  );
}
const report = (deliveryId: string, kind: string, action: string | null, jwt = token) =>
  api.ask(
    `mutation ($id: UUID!, $kind: ReportedReceiptKind!, $action: String) {
       reportReceipt(input: { deliveryId: $id, kind: $kind, actionKey: $action }) { result } }`,
    { token: jwt, variables: { id: deliveryId, kind, action } },
  );

test('rich pushes: an item of the inbox offers the same picture and buttons; a plain one has none', async () => {
  await push();
  await tell(db, await makeType(db, { channels: ['in_app'] }), [person]);
  await planDue(db);
  const { data } = await api.ask(inbox, { token });
  expect(data.inbox.nodes).toEqual([
    { title: 'Title', imageUrl: null, iconUrl: null, actions: [] },
    {
      title: 'Title',
      imageUrl: 'https://cdn.example/42.jpg',
      iconUrl: 'https://cdn.example/i.png',
      actions: [
        { key: 'track', title: 'Track it', url: '/orders/42' },
        { key: 'help', title: 'Get help', url: null },
      ],
    },
  ]);
  const stranger = await signToken(await createUser(db));
  expect((await api.ask(inbox, { token: stranger })).data.inbox.nodes).toEqual([]);
});

test('rich pushes: a click on a button is reported with its key, once, for the analytics as any click', async () => {
  const id = await push();
  expect((await report(id, 'clicked', 'track')).data.reportReceipt.result).toBe(true);
  // The first click stands.
  expect((await report(id, 'clicked', 'help')).data.reportReceipt.result).toBe(false);
  const { data } = await api.ask(
    `query ($id: UUID!) { delivery(id: $id) { notification { clickedAt } receipts { kind source actionKey } } }`,
    { token, variables: { id } },
  );
  expect(data.delivery).toMatchObject({
    notification: { clickedAt: expect.any(String) },
    receipts: [{ kind: 'clicked', source: 'client', actionKey: 'track' }],
  });
});

test('rich pushes: a button that is not there, of another kind of report, or of somebody else is refused', async () => {
  const id = await push();
  expect(await report(id, 'clicked', 'pay')).toMatchObject({ codes: ['NOT_FOUND'] });
  expect(await report(id, 'opened', 'track')).toMatchObject({ codes: ['INVALID_INPUT'] });
  expect(await report(id, 'clicked', 'track', await signToken(await createUser(db)))).toMatchObject({
    codes: ['NOT_FOUND'],
  });
  expect(await one(db.owner, 'select count(*)::integer from notify.receipts where delivery_id = $1', [id])).toBe(0);
  // Without one it is the notification itself that was clicked.
  expect((await report(id, 'clicked', null)).data.reportReceipt.result).toBe(true);
  expect(await one(db.owner, 'select action_key from notify.receipts where delivery_id = $1', [id])).toBeNull();
});
