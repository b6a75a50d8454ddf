import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asSuperuser, clusterUrl, ownerName, templateName } from './support/cluster.ts';
import { one } from './support/one.ts';
import { startMigratedCluster, templateKey } from './support/template.ts';

type Cluster = Awaited<ReturnType<typeof startMigratedCluster>>;

const root = join(import.meta.dirname, '..');
const at = new Date('2026-11-30T10:59:59Z');
let folder: string;
let kept: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowbell-kept-'));
  kept = join(folder, 'kept');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts one on what is kept, and ends it. */
async function using<T>(work: (cluster: Cluster) => Promise<T>, place = kept): Promise<T> {
  const cluster = await startMigratedCluster(place, () => templateKey(root, at));
  try {
    return await work(cluster);
  } finally {
    await cluster.postgres.stop();
    expect(await stat(cluster.postgres.dataDir).catch(() => null)).toBeNull();
  }
}

const isMigrated = ({ address }: Cluster) =>
  asSuperuser(address, (client) => one(client, `select to_regclass('notify.events') is not null`), templateName);
/** New for each template that is made, and archived with it. */
const passwordOf = async ({ address }: Cluster) => address.password;

describe('the kept template', () => {
  test('two that begin at once both have one, and one whole archive stays', async () => {
    const both = await Promise.all([using(isMigrated), using(isMigrated)]);
    expect(both).toEqual([true, true]);
    expect(await readdir(kept)).toEqual([expect.stringMatching(/^[\w-]+\.tar$/)]);
  });

  test('the next run starts from it, and changes nothing for the one after', async () => {
    const first = await using(async (cluster) => {
      await asSuperuser(cluster.address, (client) => client.query('create table public.left_behind ()'), templateName);
      return passwordOf(cluster);
    });
    await using(async (cluster) => {
      expect(await passwordOf(cluster)).toBe(first);
      expect(await isMigrated(cluster)).toBe(true);
      const found = `select to_regclass('public.left_behind')`;
      expect(await asSuperuser(cluster.address, (client) => one(client, found), templateName)).toBeNull();
      const owner = new URL(clusterUrl(cluster.address, templateName, ownerName));
      expect([owner.username, owner.password]).toEqual(['rowbell', first]);
    });
  });

  test('an archive that is not whole is made again; those of other keys and old unfinished ones go', async () => {
    const [name = ''] = await readdir(kept);
    await truncate(join(kept, name), 2_000_000);
    await writeFile(join(kept, 'another.tar'), '');
    for (const path of ['another.tar.old', 'another.tar.new']) await writeFile(join(kept, path), '');
    await utimes(join(kept, 'another.tar.old'), 0, 0);
    const made = await using(async (cluster) => {
      expect(await isMigrated(cluster)).toBe(true);
      return passwordOf(cluster);
    });
    expect((await readdir(kept)).sort()).toEqual([expect.stringMatching(/^[\w-]+\.tar$/), 'another.tar.new'].sort());
    expect(await using(passwordOf)).toBe(made);
  });

  test('where nothing can be kept, there is one all the same', async () => {
    await writeFile(join(folder, 'no-folder'), '');
    expect(await using(isMigrated, join(folder, 'no-folder', 'below'))).toBe(true);
  });
});

describe('its key', () => {
  const files = [
    'db/migrations/core/20261130100100_schemas.sql',
    'db/schema.sql',
    'src/migrate/roles.ts',
    'src/postgres/index.ts',
    'test/support/cluster.ts',
    'package-lock.json',
  ];
  let copy: string;
  beforeAll(async () => {
    copy = join(folder, 'copy');
    for (const path of files) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await cp(join(root, path), join(copy, path));
    }
  });

  test('is the same for the same files within an hour', async () => {
    expect(await templateKey(copy, at)).toBe(await templateKey(copy, new Date('2026-11-30T10:00:00Z')));
    expect(await templateKey(copy, at)).not.toBe(await templateKey(copy, new Date('2026-11-30T11:00:00Z')));
  });

  test.each(files)('%s: changes with what decides the template, and with nothing else', async (path) => {
    const before = await templateKey(copy, at);
    const text = await readFile(join(copy, path), 'utf8');
    await writeFile(join(copy, path), `${text}\n`);
    const isGenerated = path === 'db/schema.sql';
    expect((await templateKey(copy, at)) === before).toBe(isGenerated);
    await writeFile(join(copy, path), text);
    expect(await templateKey(copy, at)).toBe(before);
  });
});
