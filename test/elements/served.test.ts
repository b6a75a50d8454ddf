import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageClient } from '../../scripts/package-client.ts';
import { packageElements } from '../../scripts/package-elements.ts';
import { createCors } from '../../src/http/cors.ts';
import { createRouter } from '../../src/http/router.ts';
import { listen } from '../../src/http/server.ts';
import { createWebFiles } from '../../src/http/web-files.ts';
import { createLogger } from '../../src/logger.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

type Answer = { readonly status: number; readonly headers: Record<string, unknown>; readonly body: Buffer };

/** As it is sent, without what `fetch` does of itself. */
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(`${api.url}/web/${path}`, { method, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    })
      .on('error', reject)
      .end();
  });

const importsOf = (code: string): string[] =>
  [...code.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+)"/g)].map(([, name = '']) => name);

/** A module with all that it imports before it runs, by name. */
async function load(name: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(name)) return seen;
  const { status, body } = await ask(name);
  expect([name, status]).toEqual([name, 200]);
  seen.set(name, body.toString());
  for (const one of importsOf(body.toString())) await load(one, seen);
  return seen;
}
const sizeOf = (files: Map<string, string>): number =>
  [...files.values()].reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0);

describe('NC-7: /web/…', () => {
  test('pages of any origin may import it, and browsers keep it: for ever where its name has the hash', async () => {
    const { status, headers, body } = await ask('elements.js', { origin: 'https://elsewhere.example' });
    expect([status, headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
    });
    const [chunk = ''] = importsOf(body.toString());
    expect(chunk).toMatch(/-[0-9A-Z]{8}\.js$/);
    expect((await ask(chunk)).headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable' });
  });

  test('is compressed as the client likes it, and answers 304 to who has it', async () => {
    const plain = await ask('elements.js');
    const [br, gzip] = [
      await ask('elements.js', { 'accept-encoding': 'br, gzip' }),
      await ask('elements.js', { 'accept-encoding': 'gzip' }),
    ];
    expect([br.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual(['br', 'gzip']);
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    const etags = [plain, br, gzip].map(({ headers }) => String(headers.etag));
    expect(new Set(etags).size).toBe(3);
    const again = await ask('elements.js', { 'accept-encoding': 'br', 'if-none-match': `"other", ${etags[1]}` });
    expect([again.status, again.body.length, again.headers['content-length']]).toEqual([304, 0, undefined]);
    expect((await ask('elements.js', { 'if-none-match': '"other"' })).status).toBe(200);
    const head = await ask('elements.js', {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, `${plain.body.length}`]);
  });

  test('has nothing else, and says so', async () => {
    for (const name of ['', 'nothing.js', '..%2fpackage.json', 'bell.ts']) expect((await ask(name)).status).toBe(404);
    expect((await ask('bell.js', {}, 'POST')).status).toBe(405);
  });

  test('what could not be made is 503, is logged, and is tried again', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'error', component: 'api' }, { write: (line) => void lines.push(line) });
    let tries = 0;
    const bundle = async () => {
      if (++tries === 1) throw new Error('No bundler here.');
      return new Map();
    };
    const router = createRouter([createWebFiles(logger, bundle).route], {
      logger,
      cors: createCors([]),
      noteRefusal() {},
    });
    const server = await listen(router, {
      host: '127.0.0.1',
      port: 0,
      maxConnections: 10,
      isProxy: () => false,
      headers: {},
    });
    try {
      expect((await fetch(`${server.url}/web/bell.js`)).status).toBe(503);
      expect(lines.join()).toContain('"web.failed"');
      expect((await fetch(`${server.url}/web/bell.js`)).status).toBe(404);
    } finally {
      await server.close(0);
    }
  });

  test('the bell has 16 KB with all that it loads before somebody opens it, and the elements 45', async () => {
    const bell = await load('bell.js');
    expect(sizeOf(bell)).toBeLessThanOrEqual(16_000);
    expect(sizeOf(await load('elements.js', new Map(bell)))).toBeLessThanOrEqual(45_000);
    // Lit comes with the inbox. Had it been there, it would have been found.
    const hasLit = (files: Map<string, string>) => [...files.values()].some((code) => code.includes('lit-html'));
    expect([hasLit(bell), hasLit(await load('inbox.js'))]).toEqual([false, true]);
  });

  test('bring the licenses of what they are made of', async () => {
    const texts = await Promise.all(
      [...(await load('elements.js')).keys()].map(async (name) => (await ask(`${name}.LEGAL.txt`)).body.toString()),
    );
    expect(texts.join()).toContain('BSD-3-Clause');
  });
});

test('the package has JavaScript and types for applications with a bundler', async () => {
  const project = await mkdtemp(join(tmpdir(), 'rowbell-elements-'));
  try {
    const modules = join(project, 'node_modules', '@rowbell');
    await mkdir(modules, { recursive: true });
    await packageElements(join(modules, 'elements'));
    await packageClient(join(modules, 'client'));
    for (const name of ['lit', 'lit-html', 'lit-element', '@lit', 'typescript'])
      await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
    const manifest = JSON.parse(await readFile(join(modules, 'elements', 'package.json'), 'utf8'));
    expect([manifest.private, manifest.exports['./bell']]).toEqual([
      undefined,
      { types: './bell.d.ts', default: './bell.js' },
    ]);
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    await writeFile(
      join(project, 'app.ts'),
      `import { addTexts, configure, type InboxElement } from '@rowbell/elements';
       configure({ url: '/graphql', getToken: async () => null });
       addTexts('pt', { notifications: 'Notificações' });
       const inbox: InboxElement = document.createElement('rowbell-inbox');
       inbox.mode = 'page';
       document.createElement('rowbell-bell').getToken = () => null;
       // @ts-expect-error there are no other modes
       inbox.mode = 'sideways';
       // @ts-expect-error a text that nobody shows
       addTexts('pt', { farewell: 'Adeus' });`,
    );
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc, ...options, 'app.ts'], { cwd: project });
    expect(stdout).toBe('');
  } finally {
    await rm(project, { recursive: true });
  }
});
