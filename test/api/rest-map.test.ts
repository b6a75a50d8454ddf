import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinks } from '../../src/links.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { hasPack } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';
import { installPack, makeType } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { linkKeys, startWorker, type WorkerProcess } from '../support/worker-process.ts';

let db: TestDatabase;
let sandbox: Sandbox;
let api: TestApi;
let worker: WorkerProcess;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  // The page speaks of a shop's.
  await makeType(db, { key: 'order_placed', channels: ['push', 'email', 'in_app'] });
  await db.owner.query(`update notify.notification_types set category = 'orders' where key = 'order_placed'`);
  sandbox = await startSandbox();
  api = await startTestApi(db, sandbox.settings);
  // What answers with a provider's verdict waits for one.
  worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'urgent', settings: sandbox.settings });
});
afterAll(async () => {
  await worker?.stop();
  await api?.stop();
  await sandbox?.close();
  await db?.drop();
});

const page = readFileSync(new URL('../../docs/rest-map.md', import.meta.url), 'utf8');
const rows = page.split(/^## /m).flatMap((section) =>
  [...section.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|$/gm)].map(([, call, operation]) => ({
    call: call as string,
    operation: operation as string,
    isOperators: section.startsWith('For operators'),
    isOfPack: section.startsWith('Coaching'),
  })),
);

/** Somebody to whom all that the rows name belongs; the operation with its values. */
async function prepare(operation: string, isOperators: boolean) {
  const userId = await createUser(db, { email: `${randomBytes(6).toString('hex')}@example.com` });
  const token = `fcm-${randomBytes(24).toString('hex')}`;
  const deviceId = await one<string>(
    db.owner,
    `insert into notify.devices (user_id, session_id, provider, token) values ($1, 's1', 'fcm', $2) returning id`,
    [userId, token],
  );
  await db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, 'order_placed', 'push', false)`,
    [userId],
  );
  // A verified mailbox is not asked again.
  if (operation.includes('requestEmailVerification')) {
    await db.owner.query('update notify.users set email_verified_at = null where id = $1', [userId]);
  }
  const { notificationId, deliveryId } = await makeDelivery(db, userId);
  const act = (action: string) =>
    db.asUser(
      userId,
      (user) =>
        one<string | null>(
          user as never,
          `select undo_token from notify.change_notifications($1, array[$2::uuid], until => case $1 when 'snooze' then now() + interval '1 hour' end)`,
          [action, notificationId],
        ),
      { commit: true },
    );
  // What is undone has been done.
  const [, undone] = /action: un(\w+)/.exec(operation) ?? [];
  if (undone) await act(undone);
  const activityId = await one<string>(
    db.owner,
    `insert into notify.activities (user_id, type, action, status, title, resource_type, resource_id)
     values ($1, 'verification', 'created', 'completed', 'A passport', 'verification', 'v1') returning id`,
    [userId],
  );
  const [id = '', secret = ''] = linkKeys.split(':');
  const link = createLinks([{ id, secret }]).sign(
    'unsubscribe',
    { id: userId, text: 'order_placed' },
    new Date(Date.now() + 60_000),
  );
  const values: Record<string, string> = {
    NOTIFICATION_ID: notificationId,
    DELIVERY_ID: deliveryId,
    TRIP_ID: randomUUID(),
    DEVICE_ID: deviceId,
    ACTIVITY_ID: activityId,
    TOKEN: token,
    LINK: link,
    TOMORROW: new Date(Date.now() + 86_400_000).toISOString(),
    UNDO_TOKEN: operation.includes('UNDO_TOKEN') ? ((await act('archive')) ?? '') : '',
  };
  return {
    jwt: await signToken(userId, { sid: 's1', ...(isOperators && { role: 'operator' }) }),
    operation: operation.replace(
      /\b(NOTIFICATION_ID|DELIVERY_ID|DEVICE_ID|ACTIVITY_ID|UNDO_TOKEN|TOKEN|LINK|TOMORROW|TRIP_ID)\b/g,
      (name) => values[name] ?? name,
    ),
  };
}

describe('NC every call of the originals has an operation that does it', () => {
  test.each(rows.filter(({ isOfPack }) => !isOfPack || hasPack('coaching')))(
    '$call',
    async ({ operation: written, isOperators }) => {
      const { jwt, operation } = await prepare(written, isOperators);
      const http = /^(GET|POST) (\/\S+)$/.exec(operation);
      if (http) {
        const [, method = '', path] = http;
        // A link is signed, and needs nobody to be.
        const isLink = written.includes('LINK');
        const answer = await fetch(`${api.url}${path}`, {
          method,
          ...(!isLink && { headers: { authorization: `Bearer ${jwt}` } }),
          ...(method === 'POST' && {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: 'List-Unsubscribe=One-Click',
          }),
        });
        expect(answer.status).toBe(200);
        if (!isLink) expect(await answer.text()).toMatch(/A title|A passport/);
        expect((await fetch(`${api.url}${path}${isLink ? 'x' : ''}`, { method })).status).toBeGreaterThanOrEqual(400);
        return;
      }
      const { errors, data } = await api.ask(operation, { token: jwt });
      expect(errors).toEqual([]);
      for (const [field, value] of Object.entries(data)) {
        expect(value, field).not.toBeNull();
        // What changes something says what; none of these finds nothing to do it to.
        if (operation.startsWith('mutation') && typeof (value as { result?: unknown }).result === 'boolean') {
          expect((value as { result: boolean }).result, field).toBe(true);
        }
        const changed = (value as { result?: { changed?: number } }).result?.changed;
        if (changed !== undefined) expect(changed, field).toBeGreaterThan(0);
      }
      // The list and the one are theirs: a row that showed nothing would prove nothing.
      if (written.includes('NOTIFICATION_ID') || written.includes('ACTIVITY_ID')) {
        expect(JSON.stringify(data)).not.toMatch(/:(null|"0"|0|\[\])\}?$/);
      }
      const nobody = await api.ask(operation);
      expect(nobody.codes).not.toEqual([]);
    },
  );
});

test('the page has rows of each part', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(page.match(/^\| `/gm)).toHaveLength(rows.length);
});
