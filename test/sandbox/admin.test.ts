import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  sandbox.journal.clear();
  sandbox.faults.clear();
});
afterAll(() => sandbox.close());

const call = async (method: string, path: string, body?: unknown, type = 'application/json') => {
  const response = await fetch(new URL(path, sandbox.url), {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': type },
    }),
  });
  return { status: response.status, json: (await response.json()) as unknown };
};

const arrive = (title: string, address = 'a') =>
  sandbox.journal.record({
    provider: 'apns',
    address,
    deliveryId: null,
    status: 200,
    reason: null,
    title,
    body: null,
    data: {},
    headers: {},
  });

describe('the page', () => {
  test('needs nothing from elsewhere and lets no text become markup', async () => {
    const response = await fetch(sandbox.url);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    const html = await response.text();
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    // Its pictures alone, which a phone would load as well, and only over https.
    expect(response.headers.get('content-security-policy')).toContain('img-src data: https:;');
    const scripts = ['page.js'];
    for (const name of scripts) {
      const script = await (await fetch(new URL(name, sandbox.url))).text();
      expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
      for (const [, other = ''] of script.matchAll(/from '\.\/([^']+)'/g))
        if (!scripts.includes(other)) scripts.push(other);
    }
    expect(scripts).toEqual(['page.js', 'make.js', 'rich-content.js']);
    expect((await fetch(new URL('style.css', sandbox.url))).headers.get('content-type')).toContain('text/css');
  });

  test('answers to its own names only, so that no web page reaches it by rebinding', async () => {
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        const call = request(new URL('api/messages', sandbox.url), { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        call.on('error', reject).end();
      });
    expect(await statusFor('evil.example')).toBe(421);
    expect(await statusFor('localhost:1234')).toBe(200);
    expect(await statusFor('127.0.0.1')).toBe(200);
  });
});

describe('messages', () => {
  test('are listed newest first, hostile text as it came, and filtered', async () => {
    arrive('<script>alert(1)</script>');
    arrive('second', 'b');
    const all = await call('GET', 'api/messages');
    expect(all.json).toMatchObject([{ title: 'second' }, { title: '<script>alert(1)</script>' }]);
    expect((await call('GET', 'api/messages?address=b&provider=apns')).json).toMatchObject([{ title: 'second' }]);
    expect((await call('GET', 'api/messages?provider=fcm')).json).toEqual([]);
    expect((await call('GET', 'api/counts')).json).toEqual({ apns: { received: 2, accepted: 2, rejected: 0 } });
    expect((await call('DELETE', 'api/messages')).status).toBe(200);
    expect((await call('GET', 'api/messages')).json).toEqual([]);
  });

  test.each(['provider=pigeon', 'since=x', 'since=-1', 'limit=1e9', 'colour=red'])('%s is refused', async (query) => {
    const { status, json } = await call('GET', `api/messages?${query}`);
    expect(status).toBe(400);
    expect(json).toEqual({ error: { message: expect.any(String) } });
  });

  test('arrive live', async () => {
    const abort = new AbortController();
    const response = await fetch(new URL('api/stream', sandbox.url), { signal: abort.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    arrive('first');
    arrive('second');
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('event: entries')) break;
    }
    abort.abort();
    const data = /event: entries\ndata: (.*)\n\n/.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject([{ title: 'first' }, { title: 'second' }]);
  });
});

describe('faults', () => {
  test('are switched on, listed and off', async () => {
    const made = await call('POST', 'api/faults', { provider: 'apns', kind: 'gone', times: 3 });
    expect(made).toMatchObject({ status: 201, json: { provider: 'apns', kind: 'gone', times: 3 } });
    expect((await call('GET', 'api/faults')).json).toEqual([made.json]);
    const { id } = made.json as { id: string };
    expect(await call('DELETE', `api/faults?id=${id}`)).toEqual({ status: 200, json: [] });
    expect((await call('DELETE', `api/faults?id=${id}`)).status).toBe(404);
    await call('POST', 'api/faults', { provider: 'apns', kind: 'gone' });
    expect(await call('DELETE', 'api/faults')).toEqual({ status: 200, json: [] });
    // The page offers them.
    const { json: kinds } = await call('GET', 'api/fault-kinds');
    expect(kinds).toContain('goaway');
    for (const kind of kinds as string[])
      expect((await call('POST', 'api/faults', { provider: 'apns', kind })).status).toBe(201);
    await call('DELETE', 'api/faults');
  });

  test.each([
    ['a bad field', { provider: 'apns', kind: 'gone', rate: 7 }, 'application/json', 400],
    ['no JSON', '{', 'application/json', 400],
    ['a form of another site', 'provider=apns', 'application/x-www-form-urlencoded', 415],
    ['too much', `"${'x'.repeat(20_000)}"`, 'application/json', 413],
  ])('%s is refused', async (_name, body, type, expected) => {
    expect((await call('POST', 'api/faults', body, type)).status).toBe(expected);
    expect(sandbox.faults.list()).toEqual([]);
  });
});

describe('the rest', () => {
  test('unknown paths, wrong methods, health', async () => {
    expect((await call('GET', 'nothing')).status).toBe(404);
    expect((await call('PUT', 'api/faults')).status).toBe(405);
    expect(await call('GET', 'healthz')).toEqual({ status: 200, json: { status: 'ok' } });
  });

  test('credentials and ports survive a restart, in a file only its owner reads', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'rowbell-sandbox-'));
    try {
      const first = await startSandbox({ dataDir });
      await first.close();
      const second = await startSandbox({ dataDir });
      await second.close();
      expect(second.settings).toEqual(first.settings);
      expect(second.ports).toEqual(first.ports);
      expect((await stat(join(dataDir, 'sandbox.json'))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(dataDir, 'sandbox.json'), 'utf8')).toContain(first.settings.TWILIO_AUTH_TOKEN);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  test('the settings are these', () => {
    expect(Object.keys(sandbox.settings).sort()).toEqual(
      `APNS_CA APNS_DEVELOPMENT_HOST APNS_HOST APNS_KEY APNS_KEY_ID APNS_PORT APNS_TEAM_ID APNS_TOPIC EMAIL_INBOUND_SECRET FCM_CA FCM_HOST FCM_PORT
       FCM_SERVICE_ACCOUNT MAIL_FROM MAIL_RETURN_PATH SMTP_CA SMTP_URL TWILIO_ACCOUNT_SID TWILIO_API_URL TWILIO_AUTH_TOKEN TWILIO_FROM
       VAPID_PRIVATE_KEY VAPID_PUBLIC_KEY VAPID_SUBJECT WEBHOOK_ALLOW_PRIVATE_NETWORKS WEB_PUSH_CA WEB_PUSH_SANDBOX_ORIGINS`.split(
        /\s+/,
      ),
    );
  });
});
