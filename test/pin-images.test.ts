import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A registry as Docker Hub is one: a token for everybody who asks, an index for each tag. */
let registry: Server;
let address: string;
let manifests: Record<string, string>;
let saidDigest: ((manifest: string) => string) | null;
let folder: string;

beforeAll(async () => {
  registry = createServer((request, response) => {
    const url = new URL(request.url ?? '', address);
    if (url.pathname === '/token') {
      response.end(JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }));
      return;
    }
    const [, name, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname) ?? [];
    const scope = `repository:${name}:pull`;
    const manifest = manifests[`${name}:${tag}`];
    if (request.headers.authorization !== `Bearer for ${scope}`) {
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="${address}/token",service="here",scope="${scope}"` })
        .end();
    } else if (manifest === undefined || !request.headers.accept?.includes('application/vnd.oci.image.index.v1+json')) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'docker-content-digest': (saidDigest ?? digestOf)(manifest) }).end(manifest);
    }
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => registry.close(resolve));
});
beforeEach(async () => {
  manifests = { 'library/postgres:18': '{"of":"postgres"}', 'library/node:24-slim': '{"of":"node"}' };
  saidDigest = null;
  folder = await mkdtemp(join(tmpdir(), 'rowbell-images-'));
  for (const file of ['docker-compose.yml', 'Dockerfile']) await copyFile(join(root, file), join(folder, file));
  return () => rm(folder, { recursive: true });
});

const pin = (...options: string[]) =>
  promisify(execFile)(process.execPath, [
    join(root, 'scripts', 'pin-images.mjs'),
    '--registry',
    address,
    '--folder',
    folder,
    ...options,
  ]);
const linesWith = async (file: string, text: string) =>
  (await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line.includes(text));

test('SE-12: every image that is not our own gets the digest its tag stands for, and a later one when it moves', async () => {
  await pin();
  const first = manifests['library/postgres:18'] ?? '';
  expect(await linesWith('docker-compose.yml', 'image:')).toEqual([
    '  image: rowbell:0.1.0',
    `    image: postgres:18@${digestOf(first)}`,
  ]);
  expect(await linesWith('Dockerfile', 'FROM')).toEqual([`FROM node:24-slim@${digestOf('{"of":"node"}')}`]);
  await pin('--check');

  manifests['library/postgres:18'] = '{"of":"postgres, later"}';
  const { stdout } = await pin();
  expect(stdout).toContain(`postgres:18@${digestOf('{"of":"postgres, later"}')}`);
  expect(await linesWith('docker-compose.yml', digestOf(first))).toEqual([]);
});

test('SE-12: --check names what has no digest', async () => {
  const file = join(folder, 'Dockerfile');
  await pin();
  await writeFile(file, (await readFile(file, 'utf8')).replace(/@sha256:\w+/, ''));
  await expect(pin('--check')).rejects.toMatchObject({
    stderr: expect.stringContaining('without a digest: Dockerfile: node:24-slim;'),
  });
});

test('SE-12: a digest that is not that of what was sent, or no answer, changes nothing', async () => {
  await pin();
  const before = await readFile(join(folder, 'docker-compose.yml'), 'utf8');
  manifests['library/postgres:18'] = '{"of":"somebody else"}';
  saidDigest = () => digestOf('{"of":"postgres"}');
  await expect(pin()).rejects.toMatchObject({ stderr: expect.stringContaining('the registry says sha256:') });
  manifests = {};
  await expect(pin()).rejects.toMatchObject({ stderr: expect.stringContaining('answered 404') });
  expect(await readFile(join(folder, 'docker-compose.yml'), 'utf8')).toBe(before);
});
