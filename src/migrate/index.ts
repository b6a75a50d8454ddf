import pg from 'pg';
import { ensureDatabase } from './database.ts';
import { dropEmailTemplates, readEmailTemplates, saveEmailTemplates } from './email-templates.ts';
import { applyFunctions } from './functions.ts';
import { applyMigrations, migrationsTable, refuseSharedNumbers } from './migrations.ts';
import { ensureOwner } from './owner.ts';
import { choosePacks, findPacks } from './packs.ts';
import { migrateQueue } from './queue.ts';
import { noteTexts, refuseRewritten } from './rewritten.ts';
import { ensureRoles, type Logins } from './roles.ts';
import { sessionUrl } from './session.ts';
import { findInstalled, switchPacks } from './switch-packs.ts';
import { revokeTemporary } from './temporary.ts';

export type MigrateOptions = Logins & {
  /** The owner's connection: a role with `createrole` that owns the database. A superuser's works, and owns nothing in the end. */
  readonly databaseUrl: string;
  /** The packs that are to be on beside the core; null or left out: all there are. */
  readonly packs?: readonly string[] | null;
  /** A folder with further packs. */
  readonly packsDir?: string | null;
  /** How to get a new database, for a sentence that begins "To begin anew, "; left out: as on a server of one's own. */
  readonly beginAnew?: string | null;
  /** Told what happens, a sentence at a time. */
  readonly say?: (sentence: string) => void;
};

/** Any number, as long as it is always this one. */
const lockKey = 7_238_462;

/**
 * Brings a database to this version: roles, owner, migrations, the job queue's schema, functions, and which packs are on. Does
 * nothing that is done already and may run in several processes at once: they take turns.
 *
 * @throws {Error} naming the SQL file and line, or the setting, where one is to blame
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const say = options.say ?? (() => {});
  const available = await findPacks(options.packsDir ?? null);
  const chosen = choosePacks(available, options.packs ?? null);
  await refuseSharedNumbers(available);
  const templates = await readEmailTemplates(available);
  await ensureDatabase(options.databaseUrl);
  const connectionString = sessionUrl(options.databaseUrl, null);
  const owner = new pg.Client({ connectionString, application_name: 'rowbell-migrate' });
  owner.on('error', () => {});
  await owner.connect();
  try {
    // Waiting in steps rather than in one statement: a session that waits inside a statement holds a snapshot, which
    // would stop a `create index concurrently` in the migrations of the one it waits for.
    while (!(await tryLock(owner))) await new Promise((resolve) => setTimeout(resolve, 100));
    await refuseRewritten(owner, available, options.beginAnew ?? null);
    await ensureRoles(owner, options);
    const role = await ensureOwner(owner, available, say);
    await revokeTemporary(owner, say);
    if (role) await owner.query(`set role ${role}`);
    // A pack that is off stays at this version, too: its rows are still exported and erased by its own functions.
    const installed = await findInstalled(owner, available);
    const kept = available.filter((pack) => chosen.includes(pack) || installed.includes(pack));
    const url = sessionUrl(options.databaseUrl, role);
    await noteTexts(owner, kept);
    // The core first: a pack is then always built upon the same, whenever it is switched on.
    await applyMigrations(url, kept.slice(0, 1), say);
    // Before the packs' types, which name their templates.
    await saveEmailTemplates(owner, kept, templates);
    await applyMigrations(url, kept.slice(1), say);
    await dropEmailTemplates(owner, kept, templates);
    await shareMigrationLevel(owner);
    await migrateQueue(owner, options.databaseUrl, role);
    const files = await applyFunctions(owner, kept, async () => {
      await switchPacks(owner, { kept, chosen }, say);
      // Triggers check what is defined from now on; the migrations of a new database came before them.
      await owner.query('select notify_private.check_rich_content(null)');
    });
    say(`The database is up to date (${files} files of functions applied).`);
  } finally {
    await owner.end();
  }
}

/** The readiness checks of API and worker compare the database's level with their own. */
async function shareMigrationLevel(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query('select where to_regclass($1) is not null', [migrationsTable]);
  if (rows.length === 0) return;
  await owner.query('grant usage on schema rowbell to rowbell_http, rowbell_worker');
  await owner.query(`grant select on ${migrationsTable} to rowbell_http, rowbell_worker`);
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [lockKey]);
  return rows[0]?.locked === true;
}
