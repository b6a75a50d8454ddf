import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import mjml2html from 'mjml';

const folder = join(import.meta.dirname, '../src/render/email/templates');

/**
 * src/generated/email-templates.ts: the MJML templates as the HTML they compile to. Compiled here and not where mail is
 * sent: it takes 20 ms a mail and 80 MB of packages that production then does not have.
 */
export async function generateEmailTemplates(): Promise<string> {
  const files = (await readdir(folder)).filter((file) => /^[a-z].*\.mjml$/.test(file)).sort();
  const lines: string[] = [];
  for (const file of files) {
    const { html, errors } = await mjml2html(await withIncludes(file), {
      // It would fetch Roboto from Google, and tell Google who reads.
      fonts: {},
      keepComments: true,
      validationLevel: 'strict',
      minify: false,
    });
    if (errors.length > 0) throw new Error(`${file}: ${JSON.stringify(errors)}`);
    lines.push(`  ${file.replace('.mjml', '')}: ${JSON.stringify(squeeze(html))},`);
  }
  return [
    '// Generated from src/render/email/templates by `npm run generate`.',
    'export const emailTemplates = {',
    ...lines,
    '} as const;',
    '',
  ].join('\n');
}

/** Ours and not MJML's includes, which need the file system opened to it. */
async function withIncludes(file: string): Promise<string> {
  const text = await readFile(join(folder, file), 'utf8');
  const parts = text.split(/<mj-include path="([\w.]+)" \/>/);
  return (await Promise.all(parts.map((part, index) => (index % 2 === 1 ? withIncludes(part) : part)))).join('');
}

/** Indentation and empty lines are a third of the bytes. */
const squeeze = (html: string) => html.replaceAll(/^\s+/gm, '').replaceAll(/\s+$/gm, '').trim();
