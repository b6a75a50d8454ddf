import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makePerson } from '../support/engine-pack.ts';
import { type StatusWorld, startStatusWorld } from '../support/status-world.ts';

let world: StatusWorld;
let ada: string;
beforeAll(async () => {
  world = await startStatusWorld();
  ada = await makePerson(world.db);
});
afterAll(() => world?.close());
afterEach(() => world.db.owner.query('delete from notify.status_endpoints'));

describe('issue 12, 6: who may set endpoints', () => {
  const calls = [
    `select notify.create_status_endpoint('https://app.example/status')`,
    'select notify.update_status_endpoint(gen_random_uuid(), enabled => true)',
    'select notify.rotate_status_endpoint_secret(gen_random_uuid())',
    'select notify.resume_status_endpoint(gen_random_uuid())',
    'select notify.delete_status_endpoint(gen_random_uuid())',
    'select from notify.status_endpoints',
  ];

  test.each(calls)('people may not: %s', async (call) => {
    const { db } = world;
    await expect(db.asUser(ada, (client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
    await expect(db.asAnonymous((client) => client.query(call))).rejects.toMatchObject({ code: '42501' });
    // Services and operators may, or are told what is wrong.
    for (const as of [db.asWriter, db.asOperator])
      await as((client) => client.query(call)).catch((error) => expect(error.code).toBe('RBNFD'));
  });

  test('nobody reads a secret again, or a position', async () => {
    const { db } = world;
    await world.addEndpoint();
    for (const as of [db.asWriter, db.asOperator, db.asWorker])
      await expect(
        as((client) => client.query('select secret from notify_private.status_positions')),
      ).rejects.toMatchObject({
        code: '42501',
      });
    const { rows } = await db.asOperator((client) => client.query('select * from notify.status_endpoints'));
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('whsec_');
  });

  test.each([
    ['url', `'ftp://app.example/'`],
    ['url', `'https://user:secret@app.example/'`],
    ['url', `'https://app.example/' || repeat('x', 2000)`],
    ['url', 'null'],
    ['kinds', `'https://app.example/', kinds => '{}'`],
    ['kinds', `'https://app.example/', kinds => '{sent}'`],
    ['kinds', `'https://app.example/', kinds => array[null]::text[]`],
    ['type_keys', `'https://app.example/', type_keys => '{no_such_type}'`],
    ['app_keys', `'https://app.example/', app_keys => '{no_such_app}'`],
    ['max_events', `'https://app.example/', max_events => 10`],
    ['max_events', `'https://app.example/', max_events => 100000`],
    ['secret', `'https://app.example/', secret => 'whsec_short'`],
  ])('a wrong %s is refused: %s', async (column, values) => {
    await expect(
      world.db.asWriter((writer) => writer.query(`select notify.create_status_endpoint(${values})`)),
    ).rejects.toMatchObject({ code: 'RBINV', column });
  });

  test.each([
    'http://app.example/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://app.internal/',
    'https://app.example:8443/',
  ])('%s is refused where workers send to the public internet alone', async (url) => {
    const { db } = world;
    const add = () => db.asWriter((writer) => writer.query('select notify.create_status_endpoint($1)', [url]));
    await expect(add()).resolves.toMatchObject({ rowCount: 1 });
    await db.owner.query(`update notify.providers set allows_private_networks = false where provider = 'webhook'`);
    try {
      await expect(add()).rejects.toMatchObject({ code: 'RBINV', column: 'url' });
    } finally {
      await db.owner.query(`update notify.providers set allows_private_networks = true where provider = 'webhook'`);
    }
  });

  test('an address has one endpoint, and there are 20 at most', async () => {
    const add = (n: number) => world.addEndpoint({ url: `https://app.example/${n}` });
    for (let n = 1; n <= 20; n++) await add(n);
    await expect(add(1)).rejects.toMatchObject({ code: 'RBCFL', column: 'url' });
    await expect(add(21)).rejects.toMatchObject({ code: 'RBCFL', column: 'url' });
  });
});
