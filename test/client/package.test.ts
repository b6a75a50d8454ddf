import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageClient } from '../../scripts/package-client.ts';
import { startTestApi } from '../support/api.ts';
import { api, db, somebody } from './world.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const seven = join(root, 'examples', 'clients', 'rowbell.ts');

/** Lines that must not compile, and what the compiler's words about them must have. */
const refused = {
  'a field that an answer does not have': ['(await rowbell.inbox.page()).nodes[0]?.heading', 'heading'],
  'what may be null': ['(await rowbell.inbox.page()).nodes[0]?.readAt.length', 'possibly'],
  'an action that does not exist': [`await rowbell.inbox.change('burn', 'all')`, 'burn'],
  'a snooze without its end': [`await rowbell.inbox.change('snooze', 'all')`, 'snooze'],
  'a filter that does not exist': [`await rowbell.inbox.counts({ colour: 'red' })`, 'colour'],
  'a detail of another code': [`if (isRowbellError(error) && error.code === 'ABORTED') error.field`, 'field'],
  'a code that does not exist': [`if (isRowbellError(error) && error.code === 'NOPE') throw error`, 'no overlap'],
  'a channel that does not exist': [`await rowbell.preferences.set({ typeKey: 'a', channel: 'pigeon' })`, 'pigeon'],
  'a live channel that does not exist': [`rowbell.channel('gossip')`, 'gossip'],
  'an entry of activity by its inbox name': ['rowbell.activity().get().items[0]?.typeKey', 'typeKey'],
  'a banner that may have no end': ['rowbell.announcements().get()[0]?.endsAt.length', 'possibly'],
} as const;

/** Every code, and what only that code has. */
const words = `import type { RowbellError } from '@rowbell/client';
  export function words(error: RowbellError): string {
    switch (error.code) {
      case 'RATE_LIMITED': return \`\${error.limit?.trim()} \${error.retryAfter?.toFixed()}\`;
      case 'TIMEOUT': case 'UNAVAILABLE': return \`\${error.retryAfter?.toFixed()}\`;
      case 'INVALID_INPUT': case 'LOCKED': case 'CONFLICT': case 'FORBIDDEN': case 'NOT_FOUND': case 'TOO_LARGE':
        return error.field?.trim() ?? error.message;
      case 'UNKNOWN': return error.serverCode;
      case 'NO_ANSWER': return error.timeoutMs.toFixed();
      case 'NOT_ROWBELL': return error.status.toFixed();
      case 'UNAUTHENTICATED': case 'INTERNAL': case 'MISCONFIGURED': case 'MISSING_COPY': case 'MISSING_VARIABLE':
      case 'NO_CONNECTION': case 'NO_TOKEN': case 'ABORTED': return error.message;
    }
  }`;

const files: Record<string, string> = {
  'options.ts': `import { createRowbell } from '@rowbell/client';
    export const rowbell = createRowbell({ url: '/graphql', getToken: async () => null, fetch });`,
  'words.ts': words,
  'too-few-words.ts': words.replace(" case 'ABORTED':", ''),
};
for (const [index, [line]] of Object.values(refused).entries())
  files[`refused-${index}.ts`] = `import { createRowbell, isRowbellError } from '@rowbell/client';
    const rowbell = createRowbell({ url: '/graphql', getToken: () => null });
    declare const error: unknown;
    ${line};
    export { isRowbellError, error, rowbell };`;

/** A project of somebody else's, which has the published package from its tarball. */
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'rowbell-client-'));
  await packageClient(join(project, 'published'));
  await run('npm', ['pack', '--silent', '--pack-destination', project, './published'], { cwd: project });
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
  const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['install', '--silent', '--offline', '--no-audit', `./${tarball}`], { cwd: project });
  await symlink(join(root, 'node_modules', '@types'), join(project, 'node_modules', '@types'));
  await copyFile(seven, join(project, 'seven.ts'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
});
afterAll(() => rm(project, { recursive: true }));

const node = (args: readonly string[], environment: Record<string, string> = {}) =>
  run(process.execPath, args, { cwd: project, env: { ...process.env, ...environment } });

/** What the compiler says of files of the project: strict, and the types of dependencies are checked, too. */
async function complaints(names: readonly string[], lib: readonly string[], types: readonly string[]): Promise<string> {
  const strict = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  };
  const compilerOptions = { target: 'es2024', lib, types, module: 'nodenext', noEmit: true, ...strict };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: names }));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return node([tsc, '-p', '.']).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

describe('the seven lines: page, counts, preferences, change with undo, figures, call history, devices', () => {
  test('compile under strict, without "!" and without casts', async () => {
    expect(await complaints(['seven.ts', 'options.ts'], ['es2024'], ['node'])).toBe('');
    const text = await readFile(seven, 'utf8');
    expect(text.match(/rowbell\.\w+\.\w+\(/g)).toHaveLength(7);
    expect(text).not.toMatch(/!\.|!\)|!;|\bas\b|@ts-|: any/);
  });

  test('do what they say against the real API', async () => {
    const { token } = await somebody();
    const { stdout } = await node(['seven.ts'], { ROWBELL_URL: `${api.url}/graphql`, ROWBELL_TOKEN: token });
    expect(JSON.parse(stdout)).toMatchObject({
      titles: ['• A title', '• A title', '• A title'],
      badge: '3',
      putBack: 3,
      pushes: { sent: 0, deliveryRate: 0 },
      calls: [],
      devices: [],
    });
  });
});

test('types hold in browsers, tell every error apart, and refuse what does not exist', async () => {
  const said = await complaints(Object.keys(files), ['es2024', 'dom'], []);
  const lines = said.split('\n').filter((line) => /^\S+\.ts\(/.test(line));
  const of = (name: string) => lines.filter((line) => line.startsWith(`${name}(`)).join('\n');
  for (const [index, [what, [, word]]] of Object.entries(refused).entries())
    expect(of(`refused-${index}.ts`), what).toContain(word);
  expect(of('too-few-words.ts')).toContain('return');
  // And nothing else: not even of a line that stands beside one that is refused.
  expect(lines.map((line) => line.replace(/\(.*$/, ''))).toEqual([
    ...Object.keys(refused)
      .map((_, index) => `refused-${index}.ts`)
      .sort(),
    'too-few-words.ts',
  ]);
});

describe('the package', () => {
  test('has JavaScript, types and a license, and imports nothing but itself', async () => {
    const folder = join(project, 'node_modules', '@rowbell', 'client');
    const names = await readdir(folder, { recursive: true });
    expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.js', 'index.d.ts']));
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    expect([manifest.private, manifest.dependencies]).toEqual([undefined, undefined]);
    const imported: string[] = [];
    for (const name of names.filter((one) => /\.(js|d\.ts)$/.test(one)))
      for (const [, from = ''] of (await readFile(join(folder, name), 'utf8')).matchAll(/^\S.*\bfrom '([^']*)'/gm))
        imported.push(from);
    expect(imported.length).toBeGreaterThan(10);
    expect(imported.filter((from) => !/^\.\.?\/.*\.(js|ts)$/.test(from))).toEqual([]);
  });

  test('stays small: all of it, and the hooks for React, minified and gzipped', async () => {
    const sizeOf = async (file: string): Promise<number> => {
      const bundle = await rolldown({ input: join(project, 'node_modules', '@rowbell', 'client', file) });
      const { code } = (await bundle.generate({ format: 'esm', minify: true })).output[0];
      return gzipSync(code, { level: 9 }).length;
    };
    expect(await sizeOf('index.js')).toBeLessThan(17_000);
    expect(await sizeOf('react.js')).toBeLessThan(300);
  });

  test('brings its documents for an API that answers trusted ones alone', async () => {
    const path = join(project, 'node_modules', '@rowbell', 'client', 'trusted-documents.json');
    const trusting = await startTestApi(db, { TRUSTED_DOCUMENTS: path });
    try {
      const { token } = await somebody();
      const environment = { ROWBELL_URL: `${trusting.url}/graphql`, ROWBELL_TOKEN: token };
      expect(JSON.parse((await node(['seven.ts'], environment)).stdout)).toMatchObject({ badge: '3', putBack: 3 });
      expect((await trusting.ask('{ unreadCount }', { token })).codes).toEqual(['FORBIDDEN']);
    } finally {
      await trusting.stop();
    }
  });

  test('needs fetch, AbortController and timers, and nothing else that a runtime may lack', async () => {
    const { token } = await somebody();
    await writeFile(
      join(project, 'bare.mjs'),
      `import { readFile } from 'node:fs/promises';
       import { createContext, SourceTextModule } from 'node:vm';
       const { ROWBELL_URL: url, ROWBELL_TOKEN: token } = process.env;
       // The language itself, and what stands here.
       const context = createContext({ fetch, AbortController, setTimeout, clearTimeout });
       const modules = new Map();
       const load = async (address) => {
         if (!modules.has(address)) {
           const text = await readFile(new URL(address), 'utf8');
           modules.set(address, new SourceTextModule(text, { context, identifier: address }));
         }
         return modules.get(address);
       };
       const client = await load(import.meta.resolve('@rowbell/client'));
       await client.link((specifier, { identifier }) => load(new URL(specifier, identifier).href));
       await client.evaluate();
       const rowbell = client.namespace.createRowbell({ url, getToken: () => token });
       const signal = new AbortController().signal;
       console.log((await rowbell.inbox.counts({}, { signal })).unread);`,
    );
    const { stdout } = await node(['--experimental-vm-modules', '--no-warnings', 'bare.mjs'], {
      ROWBELL_URL: `${api.url}/graphql`,
      ROWBELL_TOKEN: token,
    });
    expect(stdout.trim()).toBe('3');
  });
});
