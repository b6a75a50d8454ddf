import { randomUUID } from 'node:crypto';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeDelivery } from '../support/engine.ts';

const authToken = 'the auth token';
const tripsToken = 'the token of trips';
const publicUrl = 'https://rowbell.example';
let database: TestDatabase;
let api: TestApi;
let ada: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_AUTH_TOKEN_TRIPS: tripsToken,
    TWILIO_FROM: '+15005550006',
  });
  ada = await createUser(database);
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

type Fields = Record<string, string>;
const messageSid = `SM${'0'.repeat(32)}`;
const fieldsOf = (status: string, code?: string): Fields => ({
  MessageSid: messageSid,
  MessageStatus: status,
  ...(code && { ErrorCode: code }),
});

function call(
  deliveryId: string,
  fields: Fields,
  options: { signature?: string | null; query?: string; token?: string } = {},
) {
  const path = `/callbacks/twilio/${deliveryId}${options.query ?? ''}`;
  const signature =
    options.signature === undefined
      ? twilio.getExpectedTwilioSignature(options.token ?? authToken, publicUrl + path, fields)
      : options.signature;
  return fetch(api.url + path, {
    method: 'POST',
    headers: signature === null ? {} : { 'x-twilio-signature': signature },
    body: new URLSearchParams(fields),
  });
}
let last = 15_550_000_000;
const sms = (status: string) =>
  makeDelivery(database, ada, { channel: 'sms', provider: 'twilio', status, address: `+${++last}` });
const row = async (id: string) =>
  (await database.owner.query('select * from notify.deliveries where id = $1', [id])).rows[0];
const suppressionOf = async (address: string) =>
  (await database.owner.query('select reason from notify.suppressions where address = $1', [address])).rows;

describe('a signed callback', () => {
  test('says delivered, once and again', async () => {
    const { deliveryId } = await sms('sent');
    for (let n = 0; n < 3; n++) expect((await call(deliveryId, fieldsOf('delivered'))).status).toBe(204);
    expect(await row(deliveryId)).toMatchObject({ status: 'delivered' });
    const receipts = await database.owner.query('select kind, source from notify.receipts where delivery_id = $1', [
      deliveryId,
    ]);
    expect(receipts.rows).toEqual([{ kind: 'delivered', source: 'provider' }]);
  });

  test.each([
    [['sent', 'delivered'], 'delivered'],
    [['delivered', 'sent', 'queued'], 'delivered'],
    [['sent', 'undelivered'], 'failed'],
    [['undelivered', 'sent'], 'failed'],
    [['undelivered', 'delivered'], 'delivered'],
    [['delivered', 'undelivered'], 'delivered'],
  ])('settles what was unknown: %j is %s', async (statuses, expected) => {
    const { deliveryId } = await sms('unknown');
    for (const status of statuses) expect((await call(deliveryId, fieldsOf(status))).status).toBe(204);
    expect((await row(deliveryId)).status).toBe(expected);
  });

  test('at once, in any order, ends the same', async () => {
    const { deliveryId } = await sms('unknown');
    const statuses = ['sent', 'queued', 'delivered', 'sending', 'delivered', 'sent'];
    const answers = await Promise.all(statuses.map((status) => call(deliveryId, fieldsOf(status))));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(204));
    expect((await row(deliveryId)).status).toBe('delivered');
  });

  test.each([
    ['30005', 'invalid_address'],
    ['21610', 'opted_out'],
    ['30003', null],
  ])('a failure with %s suppresses the number: %s', async (code, suppression) => {
    const { deliveryId } = await sms('sent');
    expect((await call(deliveryId, fieldsOf('undelivered', code))).status).toBe(204);
    const { status, reason, address } = await row(deliveryId);
    expect([status, typeof reason]).toEqual(['failed', 'string']);
    expect(await suppressionOf(address)).toEqual(suppression ? [{ reason: suppression }] : []);
  });

  test('of a word nobody knows changes nothing', async () => {
    const { deliveryId } = await sms('sent');
    expect((await call(deliveryId, fieldsOf('telepathed'))).status).toBe(204);
    expect((await row(deliveryId)).status).toBe('sent');
  });

  test('about no delivery, or none that could be, is 404', async () => {
    for (const id of [randomUUID(), 'nope', '%27']) {
      const response = await call(id, fieldsOf('delivered'));
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    }
  });
});

describe('a forged callback is 403 and changes nothing', () => {
  test.each<[string, (id: string) => Promise<Response>]>([
    ['without a signature', (id) => call(id, fieldsOf('delivered'), { signature: null })],
    ['with another', (id) => call(id, fieldsOf('delivered'), { signature: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })],
    [
      'with that of another delivery',
      (id) =>
        call(id, fieldsOf('delivered'), {
          signature: twilio.getExpectedTwilioSignature(
            authToken,
            `${publicUrl}/callbacks/twilio/${randomUUID()}`,
            fieldsOf('delivered'),
          ),
        }),
    ],
    [
      'with that of another status',
      (id) =>
        call(id, fieldsOf('delivered'), {
          signature: twilio.getExpectedTwilioSignature(
            authToken,
            `${publicUrl}/callbacks/twilio/${id}`,
            fieldsOf('sent'),
          ),
        }),
    ],
    [
      'with another token',
      (id) =>
        call(id, fieldsOf('delivered'), {
          signature: twilio.getExpectedTwilioSignature(
            'another',
            `${publicUrl}/callbacks/twilio/${id}`,
            fieldsOf('delivered'),
          ),
        }),
    ],
  ])('%s', async (_what, forge) => {
    const { deliveryId } = await sms('sent');
    const response = await forge(deliveryId);
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'FORBIDDEN' }]);
    expect((await row(deliveryId)).status).toBe('sent');
    const unknown = await forge(randomUUID());
    expect(unknown.status).toBe(403);
  });
});

test('too much, or of another media type, is refused', async () => {
  const { deliveryId } = await sms('sent');
  const large = await call(deliveryId, { ...fieldsOf('delivered'), Body: 'x'.repeat(20_000) });
  expect([large.status, await large.json()]).toMatchObject([413, { code: 'TOO_LARGE' }]);
  const json = await fetch(`${api.url}/callbacks/twilio/${deliveryId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect([json.status, await json.json()]).toMatchObject([415, { code: 'INVALID_INPUT' }]);
  expect((await row(deliveryId)).status).toBe('sent');
});

test('without Twilio there is no such route', async () => {
  const bare = await startTestApi(database);
  const response = await fetch(`${bare.url}/callbacks/twilio/${randomUUID()}`, { method: 'POST' });
  await bare.stop();
  expect(response.status).toBe(404);
});

test('a callback that names a sender is verified with the token of that sender, and with no other', async () => {
  const { rows } = await database.asOperator(
    (client) =>
      client.query<{ id: number }>(
        `select id from notify.set_sender('trips', 'twilio', $1, 'TWILIO_AUTH_TOKEN_TRIPS')
         union all select id from notify.set_sender('juke', 'twilio', $1, 'TWILIO_AUTH_TOKEN_NOBODYS')`,
        [{ account_sid: `AC${'1'.repeat(32)}`, from: '+15005550007' }],
      ),
    { commit: true },
  );
  const [trips, unknown] = rows.map(({ id }) => `?sender=${id}`);
  const { deliveryId } = await sms('sent');
  const answer = async (query: string | undefined, token: string) =>
    (await call(deliveryId, fieldsOf('delivered'), { ...(query && { query }), token })).status;
  expect(await answer(trips, authToken)).toBe(403);
  expect(await answer(undefined, tripsToken)).toBe(403);
  expect(await answer(unknown, authToken)).toBe(403);
  expect(await answer('?sender=9999', authToken)).toBe(403);
  expect(await answer('?sender=1', authToken)).toBe(403);
  expect((await row(deliveryId)).status).toBe('sent');
  expect(await answer(trips, tripsToken)).toBe(204);
  expect((await row(deliveryId)).status).toBe('delivered');
});
