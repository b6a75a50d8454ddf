import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { ifAbsent } from '../if-absent.ts';
import { createEmailTemplate } from '../render/email/template.ts';
import { compare, type Pack } from './packs.ts';

/** A row of `notify_private.email_templates`. */
export type TemplateFile = {
  readonly name: string;
  readonly pack: string;
  readonly html: string;
  /** JSON. */
  readonly texts: string;
  readonly digest: string;
};

/**
 * The mail templates of these packs: `<name>.html`, and `<name>.json` where a template says something of its own.
 *
 * @throws {Error} naming the file that cannot be one, or the pack that already has a template of that name
 */
export async function readEmailTemplates(packs: readonly Pack[]): Promise<TemplateFile[]> {
  const templates = new Map<string, TemplateFile>();
  for (const { name: pack, templates: folder } of packs) {
    const files = await readdir(folder).catch(ifAbsent<string[]>([]));
    for (const file of files.filter((each) => each.endsWith('.html')).sort(compare)) {
      const template = await readTemplate(pack, folder, file);
      const other = templates.get(template.name);
      if (other) throw new Error(`${join(folder, file)}: the pack ${other.pack} has a mail template of that name`);
      templates.set(template.name, template);
    }
  }
  return [...templates.values()];
}

async function readTemplate(pack: string, folder: string, file: string): Promise<TemplateFile> {
  const name = file.replace(/\.html$/, '');
  const html = await readFile(join(folder, file), 'utf8');
  const texts = await readFile(join(folder, `${name}.json`), 'utf8').catch(ifAbsent('{}'));
  try {
    createEmailTemplate(html, JSON.parse(texts));
  } catch (error) {
    throw new Error(`${join(folder, name)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const digest = createHash('sha256').update(`${html}\0${texts}`).digest('hex');
  return { name, pack, html, texts, digest };
}

/** Brings the table to what the files of these packs say; writes nothing where it says so already. */
export async function saveEmailTemplates(
  owner: ClientBase,
  packs: readonly Pack[],
  templates: readonly TemplateFile[],
): Promise<void> {
  const theirs = templates.filter((template) => packs.some(({ name }) => name === template.pack));
  await owner.query(
    `insert into notify_private.email_templates as t (name, pack, html, texts, digest)
     select x.name, x.pack, x.html, x.texts::json, x.digest
     from jsonb_to_recordset($1) as x (name text, pack text, html text, texts text, digest text)
     on conflict (name) do update set pack = excluded.pack, html = excluded.html, texts = excluded.texts, digest = excluded.digest
     where (t.pack, t.digest) is distinct from (excluded.pack, excluded.digest)`,
    [JSON.stringify(theirs)],
  );
}

/**
 * Takes away what has no file any more in these packs.
 *
 * @throws {Error} naming the type that still has it
 */
export async function dropEmailTemplates(
  owner: ClientBase,
  packs: readonly Pack[],
  templates: readonly TemplateFile[],
) {
  const gone = [packs.map(({ name }) => name), templates.map(({ name }) => name)];
  const { rows } = await owner.query<{ key: string; email_template: string }>(
    `select t.key, t.email_template from notify.notification_types as t
     join notify_private.email_templates as e on e.name = t.email_template
     where e.pack = any ($1) and e.name <> all ($2) order by t.key`,
    gone,
  );
  const [type] = rows;
  if (type) throw new Error(`The type ${type.key} has the mail template ${type.email_template}, which has no file.`);
  await owner.query('delete from notify_private.email_templates where pack = any ($1) and name <> all ($2)', gone);
}
