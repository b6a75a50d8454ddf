import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findChangedMigrations, landMigrations } from './checksums.ts';
import { generators } from './generators.ts';
import { withScratchDatabase } from './scratch.ts';

/** `npm run generate`: writes every generated file. With `-- --land` it also notes the new migrations as landed. */
async function main(): Promise<void> {
  await withScratchDatabase(async (scratch) => {
    for (const { file, generate } of generators) {
      const path = join(import.meta.dirname, '..', file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await generate(scratch));
      process.stdout.write(`Wrote ${file}.\n`);
    }
  });
  if (!process.argv.includes('--land')) return;
  const changed = await findChangedMigrations();
  if (changed.length > 0) throw new Error(changed.join('\n'));
  for (const path of await landMigrations()) process.stdout.write(`Landed ${path}.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
