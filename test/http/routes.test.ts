import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metrics } from '../../src/http/metrics.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { registerWorker } from '../support/engine.ts';

let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

describe('every answer', () => {
  test.each(['/livez', '/readyz', '/metrics', '/nothing'])('%s carries the security headers', async (path) => {
    const { headers } = await fetch(api.url + path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('strict-transport-security')).toContain('max-age');
    expect(headers.get('x-powered-by')).toBeNull();
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
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
    }
    const response = await fetch(`${api.url}/livez`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
    expect(await response.json()).toMatchObject({ error: { code: 'INVALID_INPUT' } });
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

describe('health', () => {
  test('ready says what it looked at, and how many workers beat', async () => {
    await registerWorker(database);
    const response = await fetch(`${api.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { serving: true, database: true, migrations: true, partitions: true },
      workers: 1,
    });
  });

  test('not ready where a migration or a partition is missing', async () => {
    const { rows } = await database.owner.query(
      'delete from rowbell.migrations where version = (select max(version) from rowbell.migrations) returning version',
    );
    const behind = await fetch(`${api.url}/readyz`);
    expect([behind.status, await behind.json()]).toMatchObject([
      503,
      { checks: { migrations: false, database: true } },
    ]);
    await database.owner.query('insert into rowbell.migrations (version) values ($1)', [rows[0].version]);
    const partition = (
      await database.owner.query(
        `select 'receipts_' || to_char((now() + interval '1 month') at time zone 'UTC', 'YYYY_MM') as name`,
      )
    ).rows[0].name;
    await database.owner.query(`alter table notify_private.${partition} rename to gone`);
    const missing = await fetch(`${api.url}/readyz`);
    await database.owner.query(`alter table notify_private.gone rename to ${partition}`);
    expect([missing.status, await missing.json()]).toMatchObject([503, { checks: { partitions: false } }]);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  });
});

test('metrics are in the Prometheus format', async () => {
  await registerWorker(database);
  const response = await fetch(`${api.url}/metrics`);
  const text = await response.text();
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(text).toMatch(/^rowbell_up 1$/m);
  expect(text).toMatch(/^rowbell_workers_alive\{lane="urgent"\} [1-9]/m);
  expect(text).toMatch(/^rowbell_provider_paused\{provider="apns"\} 0$/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
});

test('docs/api.md tells of every metric and its labels', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');
  for (const [name, { labels }] of Object.entries(metrics)) {
    expect(page).toContain(`| \`rowbell_${name}\` | ${labels.map((label) => `\`${label}\``).join(' ')} |`);
  }
});
