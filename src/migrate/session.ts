/**
 * A connection string whose sessions look names up in pg_catalog alone, before anything that others may have put into
 * `public` or a schema of the owner's name, and begin as a role.
 *
 * @param role null: as whoever logs in
 */
export function sessionUrl(databaseUrl: string, role: string | null): string {
  const url = new URL(databaseUrl);
  const options = [url.searchParams.get('options'), '-c search_path=pg_catalog,pg_temp', role && `-c role=${role}`];
  url.searchParams.set('options', options.filter(Boolean).join(' '));
  return url.href;
}
