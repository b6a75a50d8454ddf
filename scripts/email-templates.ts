import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mjml2html from 'mjml';
import { ifAbsent } from '../src/if-absent.ts';
import { dbFolder } from '../src/migrate/packs.ts';

/** Whose parts (`_head.mjml` …) every pack's templates may include. */
const shared = join(dbFolder, 'templates', 'core');

/** The MJML templates of a folder, by name; a part for others to include begins with `_`. */
export async function listMjml(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(ifAbsent<string[]>([]));
  return files.filter((file) => /^[a-z].*\.mjml$/.test(file)).sort();
}

/**
 * A template as the HTML it compiles to. Compiled here and not where mail is sent: it takes 20 ms a mail and 80 MB of packages
 * that production then does not have.
 *
 * @throws {Error} naming the file, with what MJML says of it
 */
export async function compileMjml(folder: string, file: string): Promise<string> {
  const { html, errors } = await mjml2html(await withIncludes(folder, file), {
    // It would fetch Roboto from Google, and tell Google who reads.
    fonts: {},
    keepComments: true,
    validationLevel: 'strict',
    minify: false,
  });
  if (errors.length > 0) throw new Error(`${join(folder, file)}: ${JSON.stringify(errors)}`);
  return `${squeeze(ownWords(html))}\n`;
}

/** Ours and not MJML's includes, which need the file system opened to it. The folder's own parts go before the core's. */
async function withIncludes(folder: string, file: string): Promise<string> {
  const isOwn = await access(join(folder, file)).then(
    () => true,
    () => false,
  );
  const text = await readFile(join(isOwn ? folder : shared, file), 'utf8');
  const parts = text.split(/<mj-include path="([\w.]+)" \/>/);
  const whole = parts.map((part, index) => (index % 2 === 1 ? withIncludes(folder, part) : part));
  return (await Promise.all(whole)).join('');
}

/**
 * What MJML has no words for. A notification's own words (class `said`) may be of another language and direction than the mail
 * around them, and a cell says so for clients that know no `dir="auto"`. Outlook shows the preview line unless told not to.
 */
const ownWords = (html: string) =>
  html
    .replace(
      /<td(\s+)align="left"(\s+class="[^"]*\bsaid\b[^"]*"[^>]*>\s*<div[^>]*text-align:)left/g,
      '<td lang="{{lang}}" dir="{{dir}}"$1align="{{align}}"$2{{align}}',
    )
    .replace('<div style="display:none;', '<div style="display:none;mso-hide:all;');

/** Indentation and empty lines are a third of the bytes. */
const squeeze = (html: string) => html.replaceAll(/^\s+/gm, '').replaceAll(/\s+$/gm, '').trim();

/** `node scripts/email-templates.ts <folder> …`: compiles the templates of packs that lie elsewhere, beside their sources. */
async function main(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const file of await listMjml(folder)) {
      const path = join(folder, file.replace(/mjml$/, 'html'));
      await writeFile(path, await compileMjml(folder, file));
      process.stdout.write(`Wrote ${path}.\n`);
    }
  }
}

if (import.meta.main) await main(process.argv.slice(2));
