import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metrics } from '../../src/http/metrics.ts';
import { createLinks } from '../../src/links.ts';
import { createUser, readMetric, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { registerWorker } from '../support/engine.ts';
import { until } from '../support/until.ts';
import { linkKeys } from '../support/worker-process.ts';

let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, { METRICS_PORT: '0' });
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

describe('every answer', () => {
  test.each(['/livez', '/readyz', '/nothing'])('%s carries the security headers', async (path) => {
    const { headers } = await fetch(api.url + path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('strict-transport-security')).toContain('max-age');
    expect(headers.get('x-powered-by')).toBeNull();
    expect((await fetch(api.metricsUrl + path)).headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('an unknown address is 404 with a code, a wrong method 405', async () => {
    for (const path of [
      '/',
      '/nothing',
      '/callbacks/twilio',
      '/graphql/x',
      '/ruru-static/x.js',
      '/%2e%2e/etc/passwd',
    ]) {
      const response = await fetch(api.url + path);
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    }
    const problem = await fetch(`${api.url}/nothing`);
    expect(problem.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await problem.json()).toEqual({
      type: 'urn:rowbell:error:NOT_FOUND',
      title: 'There is no such thing, or you may not see it.',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'NOT_FOUND',
    });
    const response = await fetch(`${api.url}/livez`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
    expect(await response.json()).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await fetch(`${api.url}/livez`, { method: 'HEAD' })).status).toBe(200);
  });

  test('what is no HTTP does not harm', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket.on('close', () => resolve());
      socket.on('error', () => resolve());
      socket.resume();
    });
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  });
});

describe('errors are told in the language that the client likes better', () => {
  test.each([
    ['fr-CA, en;q=0.8', 'fr'],
    ['en, fr;q=0.9', 'en'],
    ['de, fr;q=0.2', 'fr'],
    ['fr;q=0, en', 'en'],
    ['de', 'en'],
    ['*', 'en'],
  ])('%s: %s', async (accepted, language) => {
    const headers = { 'accept-language': accepted };
    const problem = await fetch(`${api.url}/nothing`, { headers });
    expect([problem.headers.get('content-language'), problem.headers.get('vary')]).toEqual([
      language,
      expect.stringContaining('Accept-Language'),
    ]);
    const french = language === 'fr';
    expect(await problem.json()).toMatchObject({
      title: french
        ? "Cela n'existe pas, ou vous ne pouvez pas le voir."
        : 'There is no such thing, or you may not see it.',
      detail: french ? "Il n'y a rien à cette adresse." : 'There is nothing at this address.',
    });
    const refused = await fetch(`${api.url}/graphql?query={unreadCount}`, { headers });
    expect(await refused.json()).toEqual({
      errors: [
        {
          message: french
            ? "Vous n'êtes pas connecté, ou votre jeton n'est pas valable."
            : 'You are not signed in, or your token is not valid.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  });
});

describe('health', () => {
  /** An answer is kept for a moment. */
  const untilReadyIs = (status: number) =>
    until(`ready is ${status}`, async () => {
      const response = await fetch(`${api.url}/readyz`);
      const found = await response.json();
      return response.status === status && found;
    });

  test('ready says what it looked at, and how many workers beat', async () => {
    await registerWorker(database);
    const found = await until('the worker is seen', async () => {
      const answer = (await (await fetch(`${api.url}/readyz`)).json()) as { workers: number };
      return answer.workers > 0 && answer;
    });
    expect(found).toEqual({
      status: 'ok',
      checks: { serving: true, database: true, migrations: true, partitions: true },
      workers: 1,
    });
  });

  test('not ready where a migration or a partition is missing', async () => {
    const { rows } = await database.owner.query(
      'delete from rowbell.migrations where version = (select max(version) from rowbell.migrations) returning version',
    );
    expect(await untilReadyIs(503)).toMatchObject({ checks: { migrations: false, database: true } });
    await database.owner.query('insert into rowbell.migrations (version) values ($1)', [rows[0].version]);
    await untilReadyIs(200);
    const partition = (
      await database.owner.query(
        `select 'receipts_' || to_char((now() + interval '1 month') at time zone 'UTC', 'YYYY_MM') as name`,
      )
    ).rows[0].name;
    await database.owner.query(`alter table notify_private.${partition} rename to gone`);
    const missing = await untilReadyIs(503);
    await database.owner.query(`alter table notify_private.gone rename to ${partition}`);
    expect(missing).toMatchObject({ checks: { partitions: false } });
    await untilReadyIs(200);
  });
});

test('metrics are in the Prometheus format', async () => {
  await registerWorker(database);
  const response = await fetch(`${api.metricsUrl}/metrics`);
  const text = await response.text();
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(text).toMatch(/^rowbell_up 1$/m);
  expect(text).toMatch(/^rowbell_workers_alive\{lane="urgent"\} [1-9]/m);
  expect(text).toMatch(
    /^rowbell_sender_paused\{app="default",place="1",provider="apns",environment="production"\} 0$/m,
  );
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
});

test('a session that listens and reads nothing shows in the queue of notices', async () => {
  const read = () => readMetric(api, 'rowbell_notice_queue_ratio');
  const deaf = await database.owner.connect();
  try {
    await deaf.query('listen nobody');
    await deaf.query('begin; select');
    await database.owner.query(`select pg_notify('nobody', n || repeat('x', 7900)) from generate_series(1, 100) as n`);
    // A hundred of a million pages, and whatever others have there: the queue is the whole cluster's.
    const ratio = await until(
      'the queue is in use',
      async () => {
        const now = await read();
        return now > 50 / 2 ** 20 ? now : null;
      },
      { everyMs: 300 },
    );
    expect(ratio).toBeLessThan(0.1);
  } finally {
    deaf.release(true);
  }
});

describe('SE-10: who gets metrics', () => {
  const secret = 'a secret of whoever watches';
  const statusOf = async (base: string | null, authorization?: string) => {
    const response = await fetch(`${base}/metrics`, { headers: authorization ? { authorization } : {} });
    await response.text();
    return response.status;
  };

  test('a port of their own alone, where there is one; health is there too', async () => {
    expect([await statusOf(api.url), await statusOf(api.metricsUrl)]).toEqual([404, 200]);
    expect((await fetch(`${api.metricsUrl}/readyz`)).status).toBe(200);
    expect((await fetch(`${api.metricsUrl}/livez`)).status).toBe(200);
    for (const path of ['/graphql', '/export/activity.csv', '/email/open/x'])
      expect((await fetch(api.metricsUrl + path)).status).toBe(404);
  });

  test.each([
    ['nobody in production', {}, [404, 404]],
    ['everybody in development', { ROWBELL_ENV: 'development' }, [200, 200]],
    ['who has the token', { METRICS_TOKEN: secret }, [401, 200]],
    ['who has the token, also in development', { METRICS_TOKEN: secret, ROWBELL_ENV: 'development' }, [401, 200]],
  ])('on the public port: %s', async (_who, environment, [without, withToken]) => {
    const other = await startTestApi(database, environment);
    expect(await statusOf(other.url)).toBe(without);
    expect(await statusOf(other.url, `Bearer ${secret}`)).toBe(withToken);
    if (withToken !== without) {
      expect(await statusOf(other.url, `Bearer ${secret}x`)).toBe(401);
      expect(await statusOf(other.url, secret.slice(0, 5))).toBe(401);
      expect((await fetch(`${other.url}/metrics`)).headers.get('www-authenticate')).toBe('Bearer');
    }
    await other.stop();
  });

  test('both: on their own port with the token', async () => {
    const other = await startTestApi(database, { METRICS_TOKEN: secret, METRICS_PORT: '0' });
    expect([await statusOf(other.url, `Bearer ${secret}`), await statusOf(other.metricsUrl)]).toEqual([404, 401]);
    expect(await statusOf(other.metricsUrl, `Bearer ${secret}`)).toBe(200);
    await other.stop();
  });
});

test('SE-10: a hundred who ask for metrics, and for health, are a read each, and nobody waits for them', async () => {
  const lock = await database.owner.connect();
  await lock.query('begin');
  await lock.query('lock table notify.workers in access exclusive mode');
  const ask = (url: string) => Array.from({ length: 100 }, async () => (await fetch(url)).text());
  const asked = Promise.all([Promise.all(ask(`${api.metricsUrl}/metrics`)), Promise.all(ask(`${api.url}/readyz`))]);
  try {
    await until('both wait', async () => {
      const { rowCount } = await database.owner.query(
        `select from pg_locks as l join pg_stat_activity as a using (pid)
         where not l.granted and a.datname = current_database() and a.application_name = 'rowbell-health'`,
      );
      return rowCount === 2;
    });
    // Of whom else the database is asked.
    const links = createLinks([{ id: 't1', secret: linkKeys.slice(3) }]);
    const claim = { id: await createUser(database), text: 'test_push' };
    const link = links.sign('unsubscribe', claim, new Date(Date.now() + 600_000));
    expect((await fetch(`${api.url}/email/unsubscribe/${link}`)).status).toBe(200);
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  } finally {
    await lock.query('rollback');
    lock.release();
  }
  // Each read of its own would tell of another moment of the processor's time.
  const [metricsTexts] = await asked;
  expect(metricsTexts).toHaveLength(100);
  expect(new Set(metricsTexts).size).toBeLessThan(20);
});

test('SE-10: one link asked for by a hundred holds up no other', async () => {
  const links = createLinks([{ id: 't1', secret: linkKeys.slice(3) }]);
  const [ada, ben] = await Promise.all([createUser(database), createUser(database)]);
  const leave = (userId: string) => {
    const token = links.sign('unsubscribe', { id: userId, text: 'test_push' }, new Date(Date.now() + 600_000));
    const body = new URLSearchParams({ scope: 'all' });
    return fetch(`${api.url}/email/unsubscribe/${token}`, { method: 'POST', body });
  };
  const lock = await database.owner.connect();
  await lock.query('begin');
  await lock.query('select from notify.users where id = $1 for update', [ada]);
  const waiting = async () => {
    const { rowCount } = await database.owner.query(
      `select from pg_locks as l join pg_stat_activity as a using (pid)
       where not l.granted and a.datname = current_database() and a.application_name = 'rowbell-http'`,
    );
    return rowCount ?? 0;
  };
  const asked = Promise.allSettled(Array.from({ length: 100 }, () => leave(ada)));
  try {
    await until('they wait', async () => (await waiting()) > 1);
    for (let n = 0; n < 10; n++) {
      expect(await waiting()).toBeLessThanOrEqual(2);
      expect((await leave(ben)).status).toBe(200);
    }
  } finally {
    await lock.query('rollback');
    lock.release();
  }
  await asked;
  expect((await leave(ada)).status).toBe(200);
});

test('docs/api.md tells of every metric and its labels', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');
  for (const [name, { labels }] of Object.entries(metrics)) {
    const cells = ['', `\`rowbell_${name}\``, labels.map((label) => `\`${label}\``).join(' ')];
    expect(page).toContain(`${cells.join(' | ').trim()} |`.replace('|  |', '| |'));
  }
});
