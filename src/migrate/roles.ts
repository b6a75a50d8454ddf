import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * The cluster's roles. `rowbell_api` and `rowbell_worker` log in; the others are what a session becomes. The API's login
 * is `noinherit`: until it says who it acts for it may do nothing, and what it may then do is the grant table. `rowbell_analyst`
 * logs in once it is given a password.
 */
const roles = {
  rowbell_api: 'login noinherit',
  rowbell_worker: 'login',
  rowbell_anonymous: 'nologin',
  rowbell_user: 'nologin',
  rowbell_operator: 'nologin',
  rowbell_http: 'nologin',
  rowbell_live: 'nologin',
  rowbell_writer: 'nologin',
  rowbell_analyst: 'nologin',
} as const;

/**
 * Settings of roles that log in. What others may have put into `public`, or into a schema of the login's name, answers for nothing
 * that our processes ask. Analysts and services who write SQL by hand find what is theirs without its schema, and `\dv` and `\df`
 * list it; the owner's schemas alone are on their paths.
 */
const settings: Readonly<Partial<Record<keyof typeof roles, Readonly<Record<string, string>>>>> = {
  rowbell_api: { search_path: 'pg_catalog, pg_temp' },
  rowbell_worker: { search_path: 'pg_catalog, pg_temp' },
  rowbell_analyst: { search_path: 'pg_catalog, analytics, pg_temp', statement_timeout: '5min' },
  rowbell_writer: { search_path: 'pg_catalog, notify, pg_temp' },
};

/** Who owns everything where a superuser migrates. */
export const ownerRole = 'rowbell_owner';

/** Whoever is or may become one of these is no stranger. */
export const ourRoles: readonly string[] = [...Object.keys(roles), ownerRole];

/** What the API's login may become. */
const apiRoles = ['rowbell_anonymous', 'rowbell_user', 'rowbell_operator', 'rowbell_http', 'rowbell_live'] as const;

export type Logins = {
  /** Connection strings whose passwords the logins are to have; null leaves a login as it is. */
  readonly apiDatabaseUrl: string | null;
  readonly workerDatabaseUrl: string | null;
  readonly analystDatabaseUrl?: string | null;
};

/**
 * Makes what is missing of the roles, their memberships and passwords; changes nothing that is right already, so it
 * also works for an owner who did not make the roles (a second Rowbell in one cluster). Roles belong to the cluster,
 * while advisory locks belong to a database: two databases may do this at once, and whoever comes second tries again.
 *
 * @param owner a connection as a superuser, or as the role that owns the database, with `createrole`
 */
export async function ensureRoles(owner: pg.ClientBase, logins: Logins): Promise<void> {
  await retryClashes(async () => {
    const { rows } = await owner.query<{ name: string; superuser: boolean }>(
      'select rolname as name, rolsuper as superuser from pg_roles where rolname = current_user',
    );
    const self = rows[0];
    if (!self) return;
    const all = self.superuser ? { ...roles, [ownerRole]: 'nologin' } : roles;
    for (const [role, attributes] of Object.entries(all)) {
      const { rowCount } = await owner.query('select from pg_roles where rolname = $1', [role]);
      if (rowCount === 0) await owner.query(`create role ${role} ${attributes}`);
    }
    for (const role of apiRoles) await ensureMembership(owner, role, 'rowbell_api', 'inherit false, set true');
    for (const [role, values] of Object.entries(settings)) await ensureSettings(owner, role, values);
    // The owner acts as the roles (tests, operators' sessions) …
    for (const role of Object.keys(roles)) {
      // … and takes over what a worker owned, whose the queue once was.
      const inherit = role === 'rowbell_worker';
      const [member, admin] = self.superuser ? [ownerRole, ', admin true'] : [self.name, ''];
      await ensureMembership(owner, role, member, `inherit ${inherit}, set true${admin}`);
    }
  });
  const urls = [logins.apiDatabaseUrl, logins.workerDatabaseUrl, logins.analystDatabaseUrl];
  for (const url of urls) if (url) await ensurePassword(owner, url);
}

/** An owner who may not change the role leaves it as the one who may has made it. */
async function ensureSettings(
  owner: pg.ClientBase,
  role: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await owner.query<{ has: string[] }>(
    `select coalesce(rolconfig, '{}') as has from pg_roles where rolname = $1 and pg_has_role(oid, 'member with admin option')`,
    [role],
  );
  for (const [name, value] of Object.entries(values)) {
    // A list is not one quoted value, and ours need no quotes.
    const text = name === 'search_path' ? value : pg.escapeLiteral(value);
    if (rows[0] && !rows[0].has.includes(`${name}=${value}`))
      await owner.query(`alter role ${role} set ${name} = ${text}`);
  }
}

async function ensureMembership(owner: pg.ClientBase, role: string, member: string, options: string): Promise<void> {
  const inherit = options.includes('inherit true');
  const { rowCount } = await owner.query(
    `select from pg_auth_members
     where roleid = $1::regrole and member = (select oid from pg_roles where rolname = $2)
       and set_option and (inherit_option or not $3)`,
    [role, member, inherit],
  );
  if (rowCount === 0) await owner.query(`grant ${role} to ${pg.escapeIdentifier(member)} with ${options}`);
}

/** Sets the password only where logging in with it fails: the owner may not be allowed to, and need not. */
async function ensurePassword(owner: pg.ClientBase, url: string): Promise<void> {
  const { username, password } = new URL(url);
  if (!password || !Object.hasOwn(roles, decodeURIComponent(username))) return;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return;
  } catch (error) {
    // 28P01 wrong password, 28000 none yet or no login; whatever else (say, an address only reachable from elsewhere) is not ours.
    if (!isPgError(error) || !['28P01', '28000'].includes(error.code)) return;
  } finally {
    await client.end().catch(() => {});
  }
  const role = pg.escapeIdentifier(decodeURIComponent(username));
  await retryClashes(() =>
    owner.query(`alter role ${role} with login password ${pg.escapeLiteral(decodeURIComponent(password))}`),
  );
}

async function retryClashes(work: () => Promise<unknown>): Promise<void> {
  // Duplicate role, duplicate row in the catalog, "tuple concurrently updated".
  const clashes = ['42710', '23505', 'XX000'];
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 10 || !isPgError(error) || !clashes.includes(error.code)) throw error;
      await sleep(20 * attempt + Math.random() * 50);
    }
  }
}

function isPgError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
