// Over 300 lines: one connection, and what each close code, timer and change of the page does to each of its states.
import { beforeEach, describe, expect, test } from 'vitest';
import { failure } from '../../../web/client/src/errors.ts';
import { type Connection, createConnection } from '../../../web/client/src/live/connection.ts';
import fc from '../../support/fast-check.ts';
import { createStage, type Stage } from './stage.ts';

let stage: Stage;
let connection: Connection;
let asked: boolean[];
let token: (isRefused: boolean) => string | null;
let poll: () => Promise<unknown>;
let polls: number[];
let opened: number;

function begin(): void {
  stage = createStage();
  asked = [];
  polls = [];
  opened = 0;
  token = () => 'a token';
  poll = async () => {};
  connection = createConnection({
    url: 'ws://here/graphql',
    surroundings: stage.surroundings,
    async getToken({ isRefused }) {
      asked.push(isRefused);
      return token(isRefused);
    },
    pingPayload: () => ({ attention: 'page' }),
    onOpen: () => void opened++,
    poll() {
      polls.push(stage.now);
      return poll();
    },
  });
  stage.surroundings.onChange(connection.look);
}
beforeEach(begin);

const status = () => connection.state.get().status;
const pings = () => stage.peer.sent.filter(({ type }) => type === 'ping').length;
/** Connects, and is taken. */
async function live(): Promise<void> {
  connection.connect();
  await stage.settle();
  stage.peer.accept();
}
/** Tries until the next socket is opened. */
async function nextSocket(atMostMs = 31_000): Promise<number> {
  const [before, from] = [stage.peers.length, stage.now];
  for (let ms = 0; stage.peers.length === before && ms < atMostMs; ms += 250) await stage.advance(250);
  return stage.now - from;
}
async function failThrice(): Promise<void> {
  connection.connect();
  await stage.settle();
  for (const time of [1, 2, 3]) {
    stage.peer.refuse();
    if (time < 3) await nextSocket();
  }
}

describe('NC-42: states', () => {
  test('connecting, live with the token of now, reconnecting with the instant of the next try, live', async () => {
    expect(connection.state.get()).toEqual({ status: 'connecting', since: stage.now, nextTryAt: null });
    await live();
    expect([status(), opened]).toEqual(['live', 1]);
    expect(stage.peer.sent[0]).toEqual({ type: 'connection_init', payload: { authorization: 'Bearer a token' } });
    await stage.advance(40_000);
    token = () => 'another';
    stage.peer.close(1006);
    expect(connection.state.get()).toEqual({ status: 'reconnecting', since: stage.now, nextTryAt: stage.now + 250 });
    await stage.advance(250);
    expect(connection.state.get()).toMatchObject({ status: 'reconnecting', nextTryAt: null });
    stage.peer.accept();
    expect([status(), opened, stage.peers.length]).toEqual(['live', 2, 2]);
    expect(stage.peer.sent[0]).toMatchObject({ payload: { authorization: 'Bearer another' } });
  });

  test('since is when a state began, not when it was last tried', async () => {
    await live();
    stage.peer.close(1006);
    const { since } = connection.state.get();
    await nextSocket();
    stage.peer.refuse();
    expect(connection.state.get()).toMatchObject({ status: 'reconnecting', since });
  });
});

describe('NC-42: how long it waits', () => {
  test('longer and longer until it was open for 30 s; it never gives up', async () => {
    await live();
    for (const expected of [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]) {
      stage.peer.close(1006);
      expect((connection.state.get().nextTryAt ?? 0) - stage.now).toBe(expected);
      await stage.advance(expected);
      stage.peer.accept();
      await stage.advance(29_000);
    }
    await stage.advance(1_000);
    stage.peer.close(1006);
    expect((connection.state.get().nextTryAt ?? 0) - stage.now).toBe(250);
  });

  test('whatever chance says, and however sockets end, another one comes within the ceiling', async () => {
    const ends = fc.array(
      fc.record({
        random: fc.double({ min: 0, max: 0.999, noNaN: true }),
        isTaken: fc.boolean(),
        code: fc.constantFrom(1000, 1001, 1005, 1006, 1011, 1012, 1013, 4400, 4408, 4500, 4999),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(ends, async (all) => {
        begin();
        connection.connect();
        await stage.settle();
        for (const { random, isTaken, code } of all) {
          const before = stage.peers.length;
          await stage.set({ random });
          if (isTaken) stage.peer.accept();
          stage.peer.close(code);
          // Polling or not: a socket is tried again in five minutes, and one poll, at the latest.
          await nextSocket(340_000);
          expect(stage.peers.length).toBeGreaterThan(before);
        }
        stage.peer.accept();
        expect(status()).toBe('live');
      }),
      { numRuns: 30 },
    );
  });

  test.each([1012, 1013])('what the API asks for in the reason of %i, and a little more', async (code) => {
    await live();
    stage.peer.close(code, '{"retryAfter":7}');
    expect((connection.state.get().nextTryAt ?? 0) - stage.now).toBe(7_250);
  });

  test('not at all where the network comes back, or somebody looks again', async () => {
    await live();
    await stage.set({ random: 0.9999 });
    for (const _ of [1, 2, 3, 4]) {
      stage.peer.close(1006);
      await nextSocket();
      stage.peer.accept();
    }
    stage.peer.close(1006);
    await stage.set({ online: false });
    expect(status()).toBe('offline');
    const count = stage.peers.length;
    await stage.set({ online: true });
    expect(stage.peers.length).toBe(count + 1);
    stage.peer.accept();
    stage.peer.close(1006);
    await stage.set({ visible: false });
    expect(stage.peers.length).toBe(count + 1);
    await stage.set({ visible: true });
    expect(stage.peers.length).toBe(count + 2);
  });

  test('a token, a socket or an answer that does not come is a try that failed', async () => {
    connection.connect();
    await stage.settle();
    await stage.advance(15_250);
    expect([stage.peers.length, stage.peers[0]?.closedWith]).toEqual([2, 4499]);
    token = () => {
      throw new Error('the session service is away');
    };
    stage.peer.close(1006);
    await stage.advance(500);
    expect(connection.state.get()).toMatchObject({ status: 'reconnecting' });
    token = () => 'a token';
    await nextSocket(340_000);
    stage.peer.accept();
    expect(status()).toBe('live');
  });
});

describe('NC-42: the token', () => {
  test('that expired (4403) is replaced at once; one that expires again and again waits', async () => {
    await live();
    await stage.advance(31_000);
    stage.peer.close(4403, 'token expired');
    await stage.settle();
    expect([asked, stage.peers.length]).toEqual([[false, true], 2]);
    stage.peer.accept();
    stage.peer.close(4403, 'token expired');
    expect(connection.state.get().nextTryAt).toBeGreaterThan(stage.now);
  });

  test('that was refused (4401) is asked for once more; refused again, nobody is signed in', async () => {
    token = (isRefused) => (isRefused ? 'another' : 'stale');
    connection.connect();
    await stage.settle();
    stage.peer.close(4401);
    await stage.settle();
    expect([asked, stage.peers.length]).toEqual([[false, true], 2]);
    stage.peer.close(4401);
    expect(connection.state.get()).toMatchObject({ status: 'signed-out', nextTryAt: null });
    await stage.advance(3_600_000);
    expect(stage.peers.length).toBe(2);
  });

  test('that is the same again is not tried', async () => {
    connection.connect();
    await stage.settle();
    stage.peer.close(4401);
    await stage.settle();
    expect([status(), stage.peers.length]).toEqual(['signed-out', 1]);
  });

  test('none: signed out, until somebody signs in', async () => {
    token = () => null;
    connection.connect();
    await stage.settle();
    expect([status(), stage.peers.length]).toEqual(['signed-out', 0]);
    token = () => 'a token';
    connection.connect();
    await stage.settle();
    stage.peer.accept();
    expect(status()).toBe('live');
  });
});

describe('NC-42: asking instead of a socket', () => {
  test('after three sockets in a row that did not open; each 30 s or so, five minutes where nobody looks', async () => {
    await failThrice();
    expect(stage.peers.length).toBe(3);
    await stage.advance(1_000);
    expect([status(), polls.length]).toEqual(['polling', 1]);
    await stage.advance(90_000);
    expect(polls.length).toBe(4);
    await stage.set({ random: 0 });
    await stage.advance(30_000);
    const count = polls.length;
    await stage.advance(24_000);
    expect(polls.length).toBe(count + 1);
    expect(connection.state.get().nextTryAt).toBe(stage.now + 24_000);
    await stage.set({ visible: false, random: 0.5 });
    await stage.advance(24_000);
    const hidden = polls.length;
    await stage.advance(299_000);
    expect(polls.length - hidden).toBe(0);
  });

  test('a socket is tried each five minutes; the state says "polling" until one opens', async () => {
    await failThrice();
    await stage.advance(290_000);
    expect(stage.peers.length).toBe(3);
    await stage.advance(40_000);
    expect([stage.peers.length, status()]).toEqual([4, 'polling']);
    stage.peer.refuse();
    await stage.advance(31_000);
    expect([stage.peers.length, status()]).toEqual([4, 'polling']);
    await nextSocket(340_000);
    stage.peer.accept();
    const count = polls.length;
    await stage.advance(20_000);
    expect([status(), polls.length]).toEqual(['live', count]);
  });

  test('where the API is away as well: reconnecting, and a socket as soon as it can be asked again', async () => {
    poll = () => Promise.reject(failure('NO_CONNECTION', 'The network failed.', {}));
    await failThrice();
    await stage.advance(60_000);
    expect(status()).toBe('reconnecting');
    expect(polls.length).toBeGreaterThan(3);
    poll = async () => {};
    await nextSocket();
    expect(stage.peers.length).toBe(4);
    stage.peer.accept();
    expect(status()).toBe('live');
  });

  test('where the person has as many sockets as they may have (4429), and not where the token is refused', async () => {
    connection.connect();
    await stage.settle();
    stage.peer.close(4429);
    await stage.advance(30_000);
    expect([status(), polls.length]).toEqual(['polling', 1]);
    poll = () => Promise.reject(failure('UNAUTHENTICATED', 'Nobody.', {}));
    await stage.advance(40_000);
    expect(status()).toBe('signed-out');
  });

  test('not where sockets open and break again, nor while offline', async () => {
    await live();
    for (const _ of [1, 2, 3, 4, 5]) {
      stage.peer.close(1006);
      await nextSocket();
      stage.peer.accept();
    }
    expect(polls).toEqual([]);
    stage.peer.close(1006);
    await stage.set({ online: false });
    for (const _ of [1, 2, 3, 4, 5]) {
      await nextSocket();
      stage.peer.refuse();
    }
    expect([status(), polls]).toEqual(['offline', []]);
  });
});

describe('NC-42: the heartbeat', () => {
  test('pings with how closely one looks; without a word for 10 s the socket is given up, with one it is not', async () => {
    await live();
    expect(stage.peer.sent.at(-1)).toEqual({ type: 'ping', payload: { attention: 'page' } });
    const first = pings();
    await stage.advance(75_000);
    expect([pings() - first, stage.peers.length]).toEqual([3, 1]);
    await stage.set({ answersPings: false });
    await stage.advance(25_000);
    await stage.advance(9_900);
    expect(status()).toBe('live');
    await stage.advance(100);
    expect([status(), stage.peer.closedWith]).toEqual(['reconnecting', 4499]);
  });

  test('a hidden tab is judged when somebody looks again: dead after 35 s, alive if something was heard', async () => {
    await live();
    await stage.set({ visible: false, answersPings: false });
    await stage.advance(120_000);
    expect([status(), stage.peers.length]).toEqual(['live', 1]);
    await stage.set({ visible: true });
    expect([stage.peers[0]?.closedWith, stage.peers.length]).toEqual([4499, 1]);
    await nextSocket();
    stage.peer.accept();
    await stage.set({ visible: false });
    await stage.advance(120_000);
    stage.peer.say({ type: 'ping' });
    await stage.set({ visible: true });
    expect([status(), stage.peers.length]).toEqual(['live', 2]);
  });

  test('a laptop that was shut for an hour connects at once when it is opened', async () => {
    await live();
    await stage.sleep(3_600_000);
    await stage.advance(500);
    expect([stage.peers[0]?.closedWith, stage.peers.length]).toEqual([4499, 2]);
  });

  test('where nobody has looked for five minutes there is no socket, until somebody looks', async () => {
    await live();
    await stage.set({ visible: false });
    await stage.advance(299_000);
    expect(stage.peers[0]?.closedWith).toBeUndefined();
    await stage.advance(1_000);
    expect(connection.state.get()).toMatchObject({ status: 'reconnecting', nextTryAt: null });
    await stage.advance(3_600_000);
    expect(stage.peers.length).toBe(1);
    await stage.set({ visible: true });
    expect(stage.peers.length).toBe(2);
  });
});

test('NC-42: what is stopped stays so, and hears nothing any more', async () => {
  await live();
  connection.stop();
  const { peer } = stage;
  peer.close(1006);
  peer.accept();
  await stage.set({ online: false });
  await stage.set({ online: true });
  await stage.advance(600_000);
  expect([stage.peers.length, peer.closedWith, opened]).toEqual([1, 1000, 1]);
});
