import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, parse, validate } from 'postgraphile/graphql';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeTypes, operationsFile, schemaFile } from '../../scripts/client-operations.ts';
import { installExamples } from '../../scripts/examples.ts';
import { recordActivity } from '../support/activity.ts';
import { createAnnouncer, english } from '../support/announcing.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { hasPack } from '../support/cluster.ts';
import { makeNotifications } from '../support/inbox.ts';
import { api, db, somebody } from './world.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'examples', 'clients');
const read = (path: string) => readFile(join(root, path), 'utf8');

beforeAll(installExamples);

/** What an example prints, run as somebody with three notifications. */
async function printed(command: string, ...args: readonly string[]): Promise<string> {
  const { token } = await somebody();
  const env = { ...process.env, ROWBELL_URL: `${api.url}/graphql`, ROWBELL_TOKEN: token };
  return (await run(command, args, { cwd: folder, env })).stdout;
}
const printedByNode = async (file: string) => JSON.parse(await printed(process.execPath, file));

describe('examples/clients, run against the API', () => {
  test('@rowbell/client', async () => {
    expect(await printedByNode('rowbell.ts')).toMatchObject({ badge: '3', putBack: 3 });
    expect(await printedByNode('errors.ts')).toEqual({ message: expect.any(String), beside: 'timeZone' });
  });

  test('@rowbell/client keeps itself up to date, and ends when nobody looks any more', async () => {
    const { id, token } = await somebody();
    const env = { ...process.env, ROWBELL_URL: `${api.url}/graphql`, ROWBELL_TOKEN: token };
    const child = spawn(process.execPath, ['live.ts'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    await expect.poll(() => said).toContain('live\n');
    await expect.poll(() => said).toContain('3 shown, 0 new above them, 3 unread');
    // Until the first frame is there what comes is in the list, and is not told of.
    const tell = async () => {
      await makeNotifications(db, id, [{}]);
      return said;
    };
    await expect.poll(tell, { interval: 1_000 }).toContain('new: A title');
    await expect.poll(() => said).toMatch(/ shown, [1-9]\d* new above them/);
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
  });

  test('@rowbell/client shows activity as it comes, payments and banners', async () => {
    const { id, token } = await somebody();
    const { announce } = await createAnnouncer(db, api);
    await announce({ texts: english('Maintenance tonight') });
    const env = { ...process.env, ROWBELL_URL: `${api.url}/graphql`, ROWBELL_TOKEN: token };
    const child = spawn(process.execPath, ['activity.ts'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    await expect.poll(() => said).toContain('info: Maintenance tonight');
    if (hasPack('accounts')) {
      await db.owner.query(
        `insert into accounts.payments (user_id, amount, currency, status) values ($1, 42, 'EUR', 'completed')`,
        [id],
      );
      await expect.poll(() => said).toContain('Payment completed');
    }
    await recordActivity(db, id, 'login');
    await expect.poll(() => said).toContain('1 log-ins and keys');
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
  });

  test.skipIf(chromiumPath === undefined)('NC-42, in Chromium: React shows what commits, by the hooks', async () => {
    const { id, token } = await somebody();
    const page = join(folder, 'page.ts');
    const text = `import { createRowbell } from '@rowbell/client';
      import { createElement as h } from 'react';
      import { createRoot } from 'react-dom/client';
      import { Bell, Inbox } from './react.ts';
      const rowbell = createRowbell({ url: '/graphql', getToken: () => '${token}' });
      createRoot(document.body).render(h('main', null, h(Bell, { rowbell }), h(Inbox, { rowbell })));`;
    const own = {
      name: 'page',
      resolveId: (name: string) => (name === page ? name : null),
      load: (name: string) => (name === page ? text : null),
    };
    const bundle = await rolldown({ input: page, cwd: folder, plugins: [own] });
    const { code } = (await bundle.generate({ format: 'esm' })).output[0];
    const browser = await startChromium();
    try {
      // The page is made up here: to the browser it is not of this machine, as the API is.
      const tab = await browser.newPage({ permissions: ['local-network-access'] });
      const body = `<!doctype html><meta charset="utf-8"><body><script>process = { env: { NODE_ENV: 'production' } }</script><script type="module">${code.replaceAll('</script', '<\\/script')}</script>`;
      await tab.route(`${api.url}/page`, (route) => route.fulfill({ contentType: 'text/html', body }));
      await tab.goto(`${api.url}/page`);
      const shows = (of: string, texts: readonly string[]) =>
        expect.poll(() => tab.locator(of).allTextContents()).toEqual(texts);
      await shows('button[title=live]', ['Notifications (3)']);
      await shows('article', Array(3).fill('• A title'));
      await makeNotifications(db, id, [{}]);
      await shows('button', ['Notifications (4)', '1 new']);
      await tab.getByText('1 new').click();
      await tab.locator('article').first().click();
      await shows('article', ['A title', ...Array(3).fill('• A title')]);
      await shows('button', ['Notifications (3)']);
    } finally {
      await browser.close();
    }
  });

  test('urql with its defaults: GET for queries, POST for mutations, errors with their codes', async () => {
    expect(await printedByNode('urql.ts')).toEqual({ total: 3, marked: 3, code: 'INVALID_INPUT' });
  });

  test('Apollo Client', async () => {
    expect(await printedByNode('apollo.ts')).toEqual({ total: 3, archived: 3, code: 'INVALID_INPUT' });
  });

  test('graphql-codegen: the seven requests, typed from the schema, without "!" and without casts', async () => {
    await run(process.execPath, ['codegen/generate.ts'], { cwd: folder });
    expect(await read('examples/clients/codegen/requests.ts')).not.toMatch(/!\.|!\)|!;|[^*] as\b|@ts-|: any/);
    expect(await printedByNode('codegen/requests.ts')).toMatchObject({
      badge: '3',
      archived: '3',
      sent: ' 0',
      devices: [],
    });
  });

  test('curl', async () => {
    const [badge, marked, header, ...rows] = (await printed('sh', 'curl.sh')).trim().split('\n');
    expect([badge, marked].map((line) => JSON.parse(line ?? ''))).toEqual([
      { data: { unreadCount: 3 } },
      { data: { markSeen: { result: 0 } } },
    ]);
    expect(header).toMatch(/^id,/);
    expect(rows).toHaveLength(3);
  });

  test('all of them compile under strict, those for phones and browsers, too', async () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const complaints = await run(process.execPath, [tsc, '-p', folder]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(complaints).toBe('');
  });
});

test('the types of the client are what graphql-codegen makes of its documents', async () => {
  const [first, ...types] = (await read(operationsFile)).split('\n');
  expect(first).toMatch(/^\/\/ Made of [0-9a-f]{16}: /);
  expect(types.join('\n')).toBe(await makeTypes(await read(schemaFile)));
});

describe('docs/clients.md', () => {
  test('shows parts of the examples as they are', async () => {
    const blocks = [...(await read('docs/clients.md')).matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```/gm)];
    for (const [, path = '', text = ''] of blocks) expect(await read(path), path).toContain(text);
    const shown = new Set(blocks.map(([, path = '']) => path.replace('examples/clients/', '')));
    const written = (await readdir(folder, { recursive: true })).filter((file) =>
      /^[^/]*\.(ts|sh)$|^codegen\/codegen\.ts$/.test(file),
    );
    expect([...shown].sort()).toEqual(written.sort());
  });

  test('has documents that the schema takes', async () => {
    const schema = buildSchema(await read(schemaFile));
    const documents = [...(await read('docs/clients.md')).matchAll(/^```graphql\n([\s\S]*?)^```/gm)];
    expect(documents.length).toBeGreaterThan(3);
    for (const [, text = ''] of documents) expect(validate(schema, parse(text)), text).toEqual([]);
  });
});
