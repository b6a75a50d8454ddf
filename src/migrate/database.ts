import pg from 'pg';

/** Creates the database a connection string names, when its server has none of that name and lets us. */
export async function ensureDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  try {
    await client.connect();
    return;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '3D000') throw error;
  } finally {
    await client.end().catch(() => {});
  }
  const maintenance = new URL(databaseUrl);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const creator = new pg.Client({ connectionString: maintenance.href });
  creator.on('error', () => {});
  await creator.connect();
  try {
    await creator.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process was quicker.
    if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
  } finally {
    await creator.end();
  }
}
