import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { connectLive, inboxChanged, openLive } from '../support/live.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db, { WEB_ORIGINS: 'https://app.example.com' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const withoutToken = randomUUID();

describe('NC-41: who may listen', () => {
  test.each([
    ['no token', async () => undefined],
    ['junk', async () => 'junk'],
    ['an expired token', async () => signToken(await createUser(db), { expiresIn: -60 })],
    [
      'a token of another secret',
      () => signToken(withoutToken, { secret: 'another secret, of at least 32 bytes, too' }),
    ],
  ])('%s: 4401', async (_what, make) => {
    const token = await make();
    const live = await openLive(api, token === undefined ? {} : { token });
    expect(await live.closed).toMatchObject({ code: 4401 });
  });

  test('whoever subscribes before they said who they are is sent away', async () => {
    const live = await openLive(api, { init: false });
    live.subscribe(inboxChanged);
    expect((await live.closed).code).toBe(4401);
  });

  test('with a token it opens, and queries and mutations are sent by POST', async () => {
    const live = await connectLive(api, await signToken(await createUser(db)));
    for (const query of ['{ unreadCount }', 'mutation { markAllRead(input: {}) { result } }']) {
      const asked = live.subscribe(query);
      await expect.poll(() => asked.isComplete()).toBe(true);
      expect([asked.frames, asked.errors]).toEqual([
        [],
        [{ message: 'Queries and mutations are sent by POST.', extensions: { code: 'INVALID_INPUT' } }],
      ]);
    }
    const unknown = live.subscribe('subscription { everything }');
    await expect.poll(() => unknown.errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    const inbox = live.subscribe(inboxChanged);
    await inbox.frame('the first frame', () => true);
    await live.close();
  });

  test('a subscription by POST is refused', async () => {
    const { codes, status } = await api.ask('subscription { unreadCountChanged }', {
      token: await signToken(await createUser(db)),
    });
    expect([codes, status]).toEqual([['INVALID_INPUT'], 400]);
  });
});
