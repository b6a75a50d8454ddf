import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findChangedMigrations, releaseMigrations } from './checksums.ts';
import { generators, templates } from './generators.ts';
import { withScratchDatabase } from './scratch.ts';

/** `npm run generate`: writes every generated file. With `-- --release` it also notes the new migrations as released. */
async function main(): Promise<void> {
  for (const { file, generate } of templates) await write(file, await generate());
  await withScratchDatabase(async (scratch) => {
    for (const { file, generate } of generators) await write(file, await generate(scratch));
  });
  if (!process.argv.includes('--release')) return;
  const changed = await findChangedMigrations();
  if (changed.length > 0) throw new Error(changed.join('\n'));
  for (const path of await releaseMigrations()) process.stdout.write(`Released ${path}.\n`);
}

async function write(file: string, text: string): Promise<void> {
  const path = join(import.meta.dirname, '..', file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  process.stdout.write(`Wrote ${file}.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
