// Over 300 lines: one question, how connections end, asked of the sandbox and of a server that goes by a script.
import { createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ApnsOptions, createApns } from '../../src/providers/apns/index.ts';
import type { Message, Provider } from '../../src/providers/types.ts';
import { openCredentials } from '../../src/sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { messageTo, unaborted } from '../support/message.ts';

const token = '0a'.repeat(32);
/** The phone whose requests are struck. */
const struck = '0b'.repeat(32);
const accepted = { outcome: 'accepted' };
const unknown = { permanence: 'ambiguous', reason: 'connection_lost' };

let sandbox: Sandbox;
let options: ApnsOptions;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { APNS_KEY = '', APNS_KEY_ID = '', APNS_TEAM_ID = '', APNS_TOPIC = '', ...rest } = sandbox.settings;
  options = {
    key: APNS_KEY,
    keyId: APNS_KEY_ID,
    teamId: APNS_TEAM_ID,
    topic: APNS_TOPIC,
    host: rest.APNS_HOST,
    port: Number(rest.APNS_PORT),
    ca: rest.APNS_CA,
    timeoutMs: 60_000,
  };
});
afterAll(() => sandbox.close());
afterEach(() => {
  sandbox.faults.clear();
  sandbox.journal.clear();
});

/** Runs with a provider of its own, so with a connection of its own. */
async function withProvider<T>(changes: Partial<ApnsOptions>, use: (provider: Provider) => Promise<T>): Promise<T> {
  const provider = createApns({ ...options, ...changes });
  try {
    return await use(provider);
  } finally {
    await provider.close();
  }
}

/** Every 50th goes to the phone that is struck, the first of them in the middle of what one flight of streams carries. */
const chunk = (size = 500): Message[] =>
  Array.from({ length: size }, (_, index) => messageTo(index % 50 === 25 ? struck : token));

const received = () => sandbox.journal.list({ provider: 'apns' });
const connections = () => new Set(received().map(({ connection }) => connection)).size;

/** How often each was accepted by APNs, whatever we have heard of it. */
function rings(batch: readonly Message[]): number[] {
  const counts = new Map<string | null, number>();
  for (const { deliveryId, status } of received()) {
    if (status === 200) counts.set(deliveryId, (counts.get(deliveryId) ?? 0) + 1);
  }
  return batch.map(({ deliveryId }) => counts.get(deliveryId) ?? 0);
}

const each = <T>(batch: readonly Message[], value: T): T[] => batch.map(() => value);

describe('W02: GOAWAY in the middle of a chunk, all answers take a while', () => {
  const latencyMs = 200;
  const slow = { provider: 'apns', kind: 'latency', latencyMs };
  const goaway = { provider: 'apns', kind: 'goaway', address: struck, latencyMs: 50 };

  test.each([
    [1, 500, {}],
    [2, 1500, {}],
    [3, 500, {}],
    [1, 500, { unprocessed: true }],
    [3, 500, { unprocessed: true }],
    [3, 500, { latencyMs: latencyMs + 50 }],
    [3, 500, { afterMs: 30 }],
  ])('%i of them among %i messages, %j: each rings once', async (times, size, changes) => {
    await withProvider({}, async (provider) => {
      // A connection that knows how many streams it may have at once, and one that does not yet.
      for (const isNew of [true, false]) {
        sandbox.journal.clear();
        sandbox.faults.clear();
        sandbox.faults.add({ ...goaway, times, ...changes });
        sandbox.faults.add(slow);
        const batch = chunk(size);
        expect(await provider.send(batch, unaborted), `new: ${isNew}`).toMatchObject(each(batch, accepted));
        expect(rings(batch)).toEqual(each(batch, 1));
        expect(sandbox.faults.list()).toMatchObject([slow]);
      }
    });
  });

  test('every answer ends its connection: nobody twice, and what was not heard is tried again later', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'goaway' });
    await withProvider({}, async (provider) => {
      const batch = chunk();
      const results = await provider.send(batch, unaborted);
      const heard = results.map(({ outcome }) => (outcome === 'accepted' ? 1 : 0));
      expect(rings(batch)).toEqual(heard);
      for (const result of results) {
        if (result.outcome === 'rejected') expect(result).toMatchObject({ permanence: 'transient' });
      }
    });
  });

  test('ended with an error: what was left goes once more, of what may have been processed the outcome is unknown', async () => {
    for (const errorCode of [1, 2, 11]) {
      sandbox.journal.clear();
      sandbox.faults.clear();
      sandbox.faults.add({ ...goaway, errorCode, unprocessed: true, times: 1 });
      sandbox.faults.add(slow);
      const batch = chunk(200);
      const results = await withProvider({}, (provider) => provider.send(batch, unaborted));
      // What it had taken before is answered by then.
      await expect.poll(() => rings(batch)).toEqual(each(batch, 1));
      const old = Math.min(...received().map(({ connection = 0 }) => connection));
      const byNew = new Set(
        received().flatMap(({ connection, deliveryId }) => (connection === old ? [] : [deliveryId])),
      );
      for (const [index, result] of results.entries()) {
        if (byNew.has(batch[index]?.deliveryId ?? '')) expect(result).toMatchObject(accepted);
        else if (result.outcome === 'rejected') expect(result).toMatchObject(unknown);
      }
    }
  });

  test('cut without a word: the outcome of all is unknown, as ever, and nothing is sent again by us', async () => {
    sandbox.faults.add({ provider: 'apns', kind: 'reset', address: struck, latencyMs: 50, times: 1 });
    sandbox.faults.add(slow);
    await withProvider({}, async (provider) => {
      // As many as a new connection takes before it knows how many it may.
      const batch = chunk(100);
      const results = await provider.send(batch, unaborted);
      await expect.poll(received).toHaveLength(100);
      expect(connections()).toBe(1);
      for (const result of results) if (result.outcome === 'rejected') expect(result).toMatchObject(unknown);
      expect(results.filter(({ outcome }) => outcome === 'rejected').length).toBeGreaterThan(0);
    });
  });

  test('answers of 500 make node-apn end its connection: the others on it are heard all the same', async () => {
    sandbox.faults.add({ ...goaway, kind: 'server_error', times: 5 });
    sandbox.faults.add(slow);
    await withProvider({}, async (provider) => {
      const batch = chunk();
      const results = await provider.send(batch, unaborted);
      const rejected = results.filter(({ outcome }) => outcome === 'rejected');
      expect(rejected).toMatchObject(new Array(5).fill({ permanence: 'transient', code: 'InternalServerError' }));
      expect(Math.max(...rings(batch))).toBe(1);
    });
  });
});

describe('W02: between chunks', () => {
  test('an idle connection ends, and the next message takes a new one', async () => {
    await withProvider({}, async (provider) => {
      for (let round = 1; round <= 3; round++) {
        sandbox.faults.add({ provider: 'apns', kind: 'goaway', times: 1 });
        expect(await provider.send([messageTo(token)], unaborted)).toMatchObject([accepted]);
        await expect.poll(() => sandbox.faults.list()).toEqual([]);
      }
      expect(received()).toHaveLength(3);
    });
  });

  test('ended at the moment of sending, each message rings once', async () => {
    await withProvider({}, async (provider) => {
      sandbox.faults.add({ provider: 'apns', kind: 'goaway', address: struck, afterMs: 1 });
      for (let round = 0; round < 30; round++) {
        const batch = [messageTo(struck), ...chunk(20)];
        expect(await provider.send(batch, unaborted)).toMatchObject(each(batch, accepted));
        expect(rings(batch)).toEqual(each(batch, 1));
      }
    });
  });
});

describe('W02: a server that goes by a script', () => {
  type Script = {
    /** Given the streams of a connection each time one has come. */
    stream?(streams: readonly Asked[], connection: number): void;
    session?(session: ServerHttp2Session): void;
    maxConcurrentStreams?: number;
  };
  type Asked = { readonly stream: ServerHttp2Stream; readonly apnsId: string };

  const answer = ({ stream, apnsId }: Asked, headers = {}, body?: object) => {
    stream.respond({ ':status': 200, 'apns-id': apnsId, ...headers });
    stream.end(body && JSON.stringify(body));
  };

  /** Runs with a provider of this server, and with the streams of each of its connections. */
  async function serve<T>(script: Script, use: (provider: Provider, asked: Asked[][]) => Promise<T>): Promise<T> {
    const { tls } = (await openCredentials({ publicHost: '127.0.0.1' })).credentials;
    const { maxConcurrentStreams = 1000 } = script;
    const server = createSecureServer({ key: tls.key, cert: tls.cert, settings: { maxConcurrentStreams } });
    const sessions: ServerHttp2Session[] = [];
    const asked: Asked[][] = [];
    server.on('session', (session) => {
      sessions.push(session);
      asked.push([]);
      session.on('error', () => undefined);
      script.session?.(session);
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined).resume();
      const connection = sessions.indexOf(stream.session as ServerHttp2Session);
      asked[connection]?.push({ stream, apnsId: String(headers['apns-id']) });
      script.stream?.(asked[connection] ?? [], connection + 1);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      return await withProvider({ host: '127.0.0.1', port, ca: tls.ca }, (provider) => use(provider, asked));
    } finally {
      for (const session of sessions) session.destroy();
      server.close();
    }
  }

  /** Results of as many messages, and how often each came. */
  const send = (size: number) => async (provider: Provider, asked: Asked[][]) => {
    const batch = Array.from({ length: size }, () => messageTo(token));
    const results = await provider.send(batch, unaborted);
    const ids = asked.flat().map(({ apnsId }) => apnsId);
    return { results, came: batch.map(({ deliveryId }) => ids.filter((id) => id === deliveryId).length) };
  };
  const times = <T>(count: number, value: T): T[] => new Array(count).fill(value);

  test('a notice first, then the last stream: those before it are answered, the others go once more', async () => {
    const { results, came } = await serve(
      {
        stream(asked, connection) {
          if (connection > 1) return answer(asked.at(-1) as Asked);
          if (asked.length !== 20) return;
          const session = asked[0]?.stream.session;
          session?.goaway(0, 2 ** 31 - 1);
          session?.goaway(0, asked[9]?.stream.id);
          for (const one of asked.slice(0, 10)) answer(one);
        },
      },
      send(20),
    );
    expect(results).toMatchObject(times(20, accepted));
    expect(came).toEqual([...times(10, 1), ...times(10, 2)]);
  });

  test('ended with an error: of those up to the last stream the outcome is unknown, the others go once more', async () => {
    for (const code of [1, 2, 11]) {
      const { results, came } = await serve(
        {
          stream(asked, connection) {
            if (connection > 1) return answer(asked.at(-1) as Asked);
            if (asked.length === 20) asked[0]?.stream.session?.goaway(code, asked[9]?.stream.id);
          },
        },
        send(20),
      );
      expect(results).toMatchObject([...times(10, unknown), ...times(10, accepted)]);
      expect(came).toEqual([...times(10, 1), ...times(10, 2)]);
    }
  });

  test('what still waited for room on the connection was never sent, and goes on the new one', async () => {
    const { results, came } = await serve(
      {
        maxConcurrentStreams: 5,
        stream(asked, connection) {
          if (connection > 1 || asked.length === 1) return answer(asked.at(-1) as Asked);
          if (asked.length !== 6) return;
          asked.at(-1)?.stream.session?.goaway();
          for (const one of asked.slice(1)) answer(one);
        },
      },
      async (provider, asked) => {
        // Tells the connection how much room it has.
        await send(1)(provider, asked);
        return send(60)(provider, asked);
      },
    );
    expect(results).toMatchObject(times(60, accepted));
    expect(came).toEqual(times(60, 1));
  });

  test('an answer that comes while the connection ends is read to the end, Retry-After with it', async () => {
    const { results } = await serve(
      {
        stream(asked) {
          if (asked.length !== 3) return;
          const [first, second, third] = asked as [Asked, Asked, Asked];
          first.stream.session?.goaway();
          first.stream.session?.goaway();
          answer(first, { ':status': 429, 'retry-after': '60' }, { reason: 'TooManyRequests' });
          answer(second, { ':status': 503 }, { reason: 'Shutdown' });
          answer(third);
        },
      },
      send(3),
    );
    expect(results).toMatchObject([
      { permanence: 'throttled', code: 'TooManyRequests', retryAt: expect.any(Date) },
      { permanence: 'transient', code: 'Shutdown' },
      accepted,
    ]);
  });

  test('one that ends every connection unread is asked four times, and then later again', async () => {
    for (const code of [0, 2]) {
      const asked = await serve({ session: (session) => session.goaway(code) }, async (provider, connections) => {
        const { results } = await send(3)(provider, connections);
        expect(results).toMatchObject(times(3, { permanence: 'transient', reason: 'unavailable' }));
        return connections;
      });
      expect(asked).toHaveLength(4);
    }
  });
});
