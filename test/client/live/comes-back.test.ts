import { expect, onTestFinished, test } from 'vitest';
import { createRowbell } from '../../../web/client/src/index.ts';
import { createStage } from './stage.ts';

/** A client that looks at its activity alone, and the API's end of its socket. */
async function watching() {
  const stage = createStage();
  const rowbell = createRowbell({
    url: 'http://here/graphql',
    getToken: () => 'a token',
    surroundings: stage.surroundings,
    fetch: () => new Promise(() => {}),
  });
  onTestFinished(rowbell.connection.close);
  const stops = [rowbell.activity(), rowbell.connection].map((store) => store.subscribe(() => {}));
  await expect.poll(() => stage.peers.length).toBe(1);
  const refuse = (code: string) => {
    stage.peer.accept();
    const { id } = stage.peer.sent.find(({ type }) => type === 'subscribe') ?? {};
    stage.peer.say({ id, type: 'error', payload: [{ message: 'No.', extensions: { code } }] });
  };
  return { stage, rowbell, refuse, stops };
}

test('NC-42: a server that is starting refuses with UNAVAILABLE: the client comes back by itself, after longer and longer waits', async () => {
  const { stage, rowbell, refuse } = await watching();
  for (const waitMs of [250, 500, 1_000, 2_000]) {
    const sockets = stage.peers.length;
    refuse('UNAVAILABLE');
    expect(rowbell.connection.get()).toMatchObject({ status: 'reconnecting', nextTryAt: stage.now + waitMs });
    await stage.advance(waitMs - 1);
    expect(stage.peers.length).toBe(sockets);
    await stage.advance(1);
    expect(stage.peers.length).toBe(sockets + 1);
  }
  stage.peer.accept();
  await stage.advance(20_000);
  expect([rowbell.connection.get().status, stage.peers.length]).toEqual(['live', 5]);
});

test('NC-42: what an API does not have is not asked for again and again, and ends no socket', async () => {
  const { stage, rowbell, refuse } = await watching();
  refuse('INVALID_INPUT');
  await stage.advance(20_000);
  expect([rowbell.connection.get().status, stage.peers.length]).toEqual(['live', 1]);
  expect(stage.peer.sent.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
});

test('NC-42: what was closed stays closed when one of those who looked goes', async () => {
  const { stage, rowbell, stops } = await watching();
  stage.peer.accept();
  rowbell.connection.close();
  stops[0]?.();
  await stage.advance(60_000);
  expect(stage.peers.length).toBe(1);
  rowbell.connection.connect();
  await expect.poll(() => stage.peers.length).toBe(2);
});
