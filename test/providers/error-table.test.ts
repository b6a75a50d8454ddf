import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateProviderErrors } from '../../scripts/provider-errors.ts';
import type { ErrorRow } from '../../src/providers/error-table.ts';

const root = join(import.meta.dirname, '../..');
const entries = await readdir(join(root, 'src/providers'), { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

test('docs/provider-errors.md says what the tables say (npm run generate)', async () => {
  expect(await readFile(join(root, 'docs/provider-errors.md'), 'utf8')).toBe(await generateProviderErrors());
});

test('the page has a section for every provider', async () => {
  const sections = (await generateProviderErrors()).match(/^## /gm);
  expect(sections).toHaveLength(folders.length);
});

describe.each(folders)('%s', (folder) => {
  test('codes are unique, reasons are of our vocabulary, suspicion has consequences', async () => {
    const { errors } = (await import(join(root, 'src/providers', folder, 'errors.ts'))) as {
      errors: readonly ErrorRow[];
    };
    expect(errors.length).toBeGreaterThan(0);
    const codes = errors.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)]);
    for (const { reason, permanence, suspect, note } of errors) {
      expect(reason).toMatch(/^[a-z][a-z_]*$/);
      expect(note).not.toBe('');
      // Only what would deactivate an address or fail a message can be a sign of our own mistake.
      if (suspect) expect(['address', 'message', 'misconfigured']).toContain(permanence);
    }
  });
});
