import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Case, make, resolve } from './case.ts';
import { brokenInvariants } from './invariants.ts';
import { type Forbidden, faultsOf } from './properties.ts';
import { type FuzzWorld, type Player, startFuzzWorld } from './world.ts';

const folder = join(import.meta.dirname, 'regressions');
const files = await readdir(folder);

let world: FuzzWorld;
let me: Player;
const forbidden: Forbidden = { names: [], marks: new Set() };
beforeAll(async () => {
  world = await startFuzzWorld({ cluster: inject('cluster'), withWorkers: false });
  me = await world.newPlayer();
});
afterAll(() => world?.close());

const answerTo = async (call: Case) => {
  const resolved = resolve(call, world, me);
  return { call: resolved, answer: await make(resolved, world, me) };
};

describe('SE-16: what fuzzing found once', () => {
  test.each(files)('%s', async (file) => {
    const { call, answer } = await answerTo(JSON.parse(await readFile(join(folder, file), 'utf8')) as Case);
    expect(faultsOf(call, answer, forbidden)).toEqual([]);
  });
});

describe('SE-16: the fuzzer sees', () => {
  test('an answer of 500, an error without a code, our insides, another person', async () => {
    const call: Case = { kind: 'graphql', as: 'user', query: '{unreadCount}', variables: {} };
    const json = (body: string, status = 200) => ({ status, text: `content-type: application/json\n\n${body}` });
    const see = (answer: { status: number; text: string }) =>
      faultsOf(call, answer, { names: ['memberships_pkey'], marks: new Set(['brunhilde@example.org']) });
    expect(see(json('{"data":{"unreadCount":1}}'))).toEqual([]);
    expect(see(json('{"errors":[{"message":"x","extensions":{"code":"NOT_FOUND"}}]}'))).toEqual([]);
    expect(see(json('{"errors":[{"message":"x","extensions":{"code":"INTERNAL"}}]}', 500))).not.toEqual([]);
    expect(see(json('{"errors":[{"message":"x","extensions":{"code":"INTERNAL"}}]}'))).not.toEqual([]);
    expect(see(json('{"errors":[{"message":"x"}]}'))).not.toEqual([]);
    expect(see({ status: 400, text: 'content-type: text/plain\n\nno' })).not.toEqual([]);
    for (const message of [
      'memberships_pkey',
      'column "x" does not exist',
      'at f (file:///a.ts:1:1)',
      'trips_private.x',
    ])
      expect(
        see(json(`{"errors":[{"message":${JSON.stringify(message)},"extensions":{"code":"CONFLICT"}}]}`)),
      ).not.toEqual([]);
    expect(see(json('{"data":{"me":"Brunhilde@Example.org"}}'))).not.toEqual([]);
  });

  test('an attempt that is missing, and no fault in several', async () => {
    const delivery = me.side.ids['notify.resend.delivery_id'];
    const { owner } = world.db;
    expect(await brokenInvariants(world.db)).toEqual([]);
    await owner.query(
      `insert into notify.delivery_attempts (delivery_id, attempt, outcome, started_at) values ($1, 2, 'transient', now()), ($1, 3, 'accepted', now())`,
      [delivery],
    );
    expect(await brokenInvariants(world.db)).toEqual([]);
    for (const missing of [2, 1]) {
      await owner.query('delete from notify.delivery_attempts where delivery_id = $1 and attempt = $2', [
        delivery,
        missing,
      ]);
      expect(await brokenInvariants(world.db)).toEqual([expect.stringContaining('without a gap')]);
    }
    await owner.query('delete from notify.delivery_attempts where delivery_id = $1', [delivery]);
  });

  test('a function that breaks', async () => {
    const call: Case = { kind: 'graphql', as: 'user', query: '{unreadCount}', variables: {} };
    const faults = async () => {
      const { call: resolved, answer } = await answerTo(call);
      return faultsOf(resolved, answer, forbidden);
    };
    expect(await faults()).toEqual([]);
    await world.db.owner.query(
      `create or replace function notify.unread_count() returns integer language plpgsql stable as $$ begin raise exception 'x'; end $$`,
    );
    expect(await faults()).not.toEqual([]);
    expect(world.takeLogged().join()).toContain('request.failed');
  });
});
