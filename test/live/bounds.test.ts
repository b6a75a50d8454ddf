import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { connectLive, inboxChanged, type LiveSocket, openLive } from '../support/live.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db, { WEB_ORIGINS: 'https://app.example.com', TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const newToken = async () => signToken(await createUser(db));
const closeAll = (sockets: readonly LiveSocket[]) => Promise.all(sockets.map((live) => live.close()));

describe('NC-41: bounds of sockets', () => {
  test('pages of other origins are refused; those that are listed, our own and apps are not', async () => {
    const token = await newToken();
    for (const origin of ['https://evil.example.com', 'null', 'https://app.example.com.evil.com'])
      await expect(openLive(api, { token, headers: { origin } })).rejects.toThrow('403');
    for (const headers of [
      { origin: 'https://app.example.com' },
      { origin: 'https://rowbell.example' },
      { origin: api.url },
      {},
    ]) {
      const live = await openLive(api, { token, headers: headers as Record<string, string> });
      await live.acknowledged;
      await live.close();
    }
  });

  test('other addresses and other protocols are answered as ever', async () => {
    await expect(openLive(api, { path: '/livez' })).rejects.toThrow('200');
    await expect(openLive(api, { path: '/nowhere' })).rejects.toThrow('404');
    const answer = await fetch(`${api.url}/livez`, { headers: { connection: 'upgrade', upgrade: 'h2c' } }).catch(
      () => null,
    );
    expect(answer === null || answer.status === 200).toBe(true);
  });

  test('five sockets of a person; the sixth is refused for good, another person’s is not', async () => {
    const ada = await createUser(db);
    const token = await signToken(ada);
    const sockets = await Promise.all(Array.from({ length: 5 }, () => connectLive(api, token)));
    expect(await (await openLive(api, { token })).closed).toMatchObject({ code: 4429 });
    await closeAll([await connectLive(api, await newToken())]);
    await sockets[0]?.close();
    sockets[0] = await connectLive(api, token);
    await closeAll(sockets);
  });

  test('ten subscriptions of a socket; the eleventh is refused, and has room once one has ended', async () => {
    const live = await connectLive(api, await newToken());
    const open = Array.from({ length: 10 }, () => live.subscribe(inboxChanged));
    for (const { frame } of open) await frame('the first frame', () => true);
    const more = live.subscribe(inboxChanged);
    await expect.poll(() => more.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit: 'operations' } }]);
    open[0]?.end();
    await live.subscribe(inboxChanged).frame('the first frame', () => true);
    await live.close();
  });

  test('a message that is too long, or none at all, ends the socket', async () => {
    const live = await connectLive(api, await newToken());
    live.socket.send('a'.repeat(70_000));
    expect((await live.closed).code).toBe(1009);
    const silent = await openLive(api, { init: false });
    expect((await silent.closed).code).toBe(4408);
    for (const nonsense of ['{', '{"type":"unknown"}', '[]', '{"type":"subscribe","id":1}']) {
      const broken = await connectLive(api, await newToken());
      broken.socket.send(nonsense);
      expect((await broken.closed).code, nonsense).toBeGreaterThan(1000);
    }
    // The process has taken no harm.
    await closeAll([await connectLive(api, await newToken())]);
  });

  test('an office comes back at once: who has shown no token waits for those of the same address, and for no other', async () => {
    const token = await newToken();
    const at = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const silent = await Promise.all(
      Array.from({ length: 50 }, () => openLive(api, { init: false, ...at('192.0.2.1') })),
    );
    let hasOpened = false;
    const waiting = openLive(api, { token, ...at('192.0.2.1') }).then((live) => {
      hasOpened = true;
      return live;
    });
    // Another address does not wait.
    const stranger = await openLive(api, { token, ...at('192.0.2.2') });
    await stranger.acknowledged;
    expect(hasOpened).toBe(false);
    await silent[0]?.close();
    const live = await waiting;
    await live.acknowledged;
    await closeAll([live, stranger]);
    for (const { socket } of silent) socket.terminate();
  });
});
