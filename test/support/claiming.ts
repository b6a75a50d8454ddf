import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Engine } from '../../src/database/engine.ts';
import type { Message } from '../../src/providers/types.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { forget, installPack, makeCrowd, makeType, planDue, tellGroup } from './engine-pack.ts';
import { senders } from './senders.ts';
import { engineOf } from './worker-context.ts';

type Carrier = 'apns' | 'web_push';

/** For a file of tests: a database of its own without a daily cap, and before each test a worker that has not claimed anything. */
export function claiming() {
  const world = {} as {
    db: TestDatabase;
    engine: Engine;
    worker: string;
    claim(carrier?: Carrier): Promise<{ readonly id: string; readonly messages: readonly Message[] }>;
    /** Tells so many people, who have a device each, in one event. */
    crowd(count: number): Promise<void>;
  };
  beforeAll(async () => {
    const db = await createDatabase();
    const engine = engineOf(db);
    Object.assign(world, { db, engine });
    await installPack(db);
    await db.owner.query('update notify.settings set daily_cap = 1000000');
  });
  afterAll(() => world.db.drop());
  beforeEach(async () => {
    await forget(world.db);
    await world.db.owner.query('delete from notify.provider_origins; delete from notify.workers');
    world.worker = await world.engine.register('bulk', 'host', 1, [senders.apns, senders.web_push]);
  });
  world.claim = async (carrier = 'apns') => {
    const id = randomUUID();
    return { id, messages: await world.engine.claim(id, world.worker, senders[carrier], 'bulk') };
  };
  world.crowd = async (count) => {
    const type = await makeType(world.db, { audience: 'group' });
    await tellGroup(world.db, type, await makeCrowd(world.db, count, { apns: count }));
    await planDue(world.db);
  };
  return world;
}
