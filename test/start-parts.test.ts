import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { superviseChild } from '../src/start/child.ts';
import { onFreePort } from '../src/start/on-free-port.ts';
import { formatLine } from '../src/start/output.ts';
import { sandboxSettingsFor } from '../src/start/sandbox.ts';
import { readOrCreateSecrets } from '../src/start/state.ts';
import { quietPort } from './support/port.ts';

const root = join(import.meta.dirname, '..');

describe('sandboxSettingsFor', () => {
  const offered = {
    APNS_KEY: 's',
    APNS_HOST: '127.0.0.1',
    VAPID_PUBLIC_KEY: 's',
    WEB_PUSH_CA: 's',
    SMTP_URL: 's',
    MAIL_FROM: 's',
  };

  test('offers everything where nothing is set, or only what is the default anyway', () => {
    expect(sandboxSettingsFor({}, offered)).toEqual(offered);
    expect(sandboxSettingsFor({ APNS_HOST: 'api.push.apple.com', SMTP_URL: '' }, offered)).toEqual(offered);
  });

  test('leaves a provider alone as soon as one setting of it is own', () => {
    const { APNS_KEY: _key, APNS_HOST: _host, ...others } = offered;
    expect(sandboxSettingsFor({ APNS_KEY_ID: 'ABCDE12345' }, offered)).toEqual(others);
    expect(Object.keys(sandboxSettingsFor({ VAPID_SUBJECT: 'mailto:a@b.c' }, offered))).not.toContain('WEB_PUSH_CA');
    expect(Object.keys(sandboxSettingsFor({ MAIL_FROM: 'a@b.c' }, offered))).not.toContain('SMTP_URL');
  });
});

describe('formatLine', () => {
  test('shortens our log lines and leaves others as they are', () => {
    const line = JSON.stringify({
      level: 'warn',
      time: 'now',
      component: 'api',
      event: 'a.b',
      count: 1,
      error: { message: 'no' },
    });
    expect(formatLine('api', line)).toBe('api      │ WARN a.b count=1 error="no"\n');
    expect(formatLine('api', '{not json')).toBe('api      │ {not json\n');
  });
});

describe('onFreePort', () => {
  const start = (port: number, entry = 'test/support/listener.ts') => {
    const environment = { PATH: process.env.PATH, PORT: String(port) };
    return superviseChild({ name: 'child', entry, environment, graceMs: 2_000, say: () => {} });
  };

  test('takes another port where somebody else was faster, and never takes them for its own child', async () => {
    const preferred = await quietPort();
    const faster = createServer();
    const { child, port } = await onFreePort({
      name: 'child',
      preferred,
      host: '127.0.0.1',
      start: (free) => {
        // Another start at the same moment: free when asked for, taken by the time the child listens.
        if (free === preferred) faster.listen(preferred, '127.0.0.1');
        return start(free);
      },
    });
    expect(port).not.toBe(preferred);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ours');
    await child.stop();
    await new Promise((resolve) => faster.close(resolve));
  });

  test('gives up on one that ends whatever its port', async () => {
    const tried: number[] = [];
    const options = { name: 'child', preferred: 0, host: '127.0.0.1' };
    const never = onFreePort({
      ...options,
      start: (port) => {
        tried.push(port);
        // Does nothing and ends.
        return start(port, 'test/support/one.ts');
      },
    });
    await expect(never).rejects.toThrow('child does not listen');
    expect(tried.length).toBeGreaterThan(1);
  });
});

describe('secrets and tokens of a development installation', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowbell-state-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are made once and only for oneself', async () => {
    const first = await readOrCreateSecrets(folder);
    expect(await readOrCreateSecrets(folder)).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(7);
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o066).toBe(0);
  });

  const token = (args: string[], environment: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, ['src/bin/token.ts', ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, ROWBELL_STATE_DIR: folder, ...environment },
    });

  test('npm run token signs with the secret of npm start, or with JWT_SECRET', async () => {
    const { jwtSecret } = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'));
    for (const secret of [jwtSecret, 'y'.repeat(40)]) {
      const environment: Record<string, string> = secret === jwtSecret ? {} : { JWT_SECRET: secret };
      const { stdout } = await token(['--user', 'u1', '--role', 'operator', '--session', 's1'], environment);
      const key = new TextEncoder().encode(secret);
      const { payload } = await jwtVerify(stdout.trim(), key, {
        issuer: 'rowbell',
        audience: 'rowbell',
        algorithms: ['HS256'],
      });
      expect(payload).toMatchObject({ sub: 'u1', role: 'operator', sid: 's1' });
    }
  });

  test('npm run token explains itself', async () => {
    await expect(token([])).rejects.toMatchObject({ stderr: expect.stringContaining('--user <id>') });
    await expect(token(['--user', 'u1', '--role', 'owner'])).rejects.toMatchObject({ code: 1 });
  });
});
