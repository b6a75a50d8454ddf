import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Call,
  findCalls,
  namesIn,
  placeOf,
  type Rooms,
  readRooms,
  readSources,
  type Source,
} from '../scripts/rooms.ts';
import { dbFolder } from '../src/migrate/packs.ts';

let sources: Source[];
let calls: Call[];
let packs: Map<string, Rooms>;
beforeAll(async () => {
  sources = await readSources();
  calls = await findCalls(sources);
  packs = await readRooms();
});

/** Calls from one room into another of the same pack that its rooms.txt does not name. */
const forbidden = (found: readonly Call[]) =>
  found.filter(({ from, to }) => {
    const [caller, called] = [placeOf(from), placeOf(to)];
    if (caller.pack !== called.pack) return called.pack !== 'core';
    return caller.room !== called.room && !packs.get(caller.pack)?.get(caller.room)?.includes(called.room);
  });

test('a room calls only those that rooms.txt allows it, a pack its own and the core, the core no pack', () => {
  expect(calls.length).toBeGreaterThan(500);
  expect(forbidden(calls)).toEqual([]);
});

test('what rooms.txt allows is used', () => {
  const used = new Set(
    calls.map(({ from, to }) => `${placeOf(from).pack}: ${placeOf(from).room} > ${placeOf(to).room}`),
  );
  const allowed = [...packs].flatMap(([pack, rooms]) =>
    [...rooms].flatMap(([room, callees]) => callees.map((callee) => `${pack}: ${room} > ${callee}`)),
  );
  expect(allowed.filter((call) => !used.has(call))).toEqual([]);
});

test('no two rooms call each other: each is listed after those that it calls, and every folder is listed', () => {
  for (const [pack, rooms] of packs) {
    const listed = [...rooms.keys()];
    for (const [room, callees] of rooms) {
      const before = listed.slice(0, listed.indexOf(room));
      expect(
        callees.filter((callee) => !before.includes(callee)),
        `${pack}/${room}`,
      ).toEqual([]);
    }
    const folder = join(dbFolder, 'functions', pack);
    const folders = readdirSync(folder).filter((name) => existsSync(join(folder, name)) && !name.includes('.'));
    expect(listed.toSorted()).toEqual(folders.toSorted());
  }
});

test('the core speaks of no schema of a pack', async () => {
  const schemas = new Set(sources.map(({ path }) => path.split('/')[4] ?? ''));
  const ofCore = new Set(
    sources.filter(({ path }) => placeOf(path).pack === 'core').map(({ path }) => path.split('/')[4]),
  );
  const ofPacks = new Set([...schemas].filter((schema) => !ofCore.has(schema)));
  for (const { path, text } of sources) {
    if (placeOf(path).pack !== 'core') continue;
    const spoken = (await namesIn(text)).filter((name) => ofPacks.has(name.split('.')[0] ?? ''));
    expect(spoken, path).toEqual([]);
  }
});

describe('a call is found', () => {
  const [judge, plan] = [
    'db/functions/core/rules/notify_private/evaluate_rules.sql',
    'db/functions/core/planning/notify_private/plan.sql',
  ];
  const plpgsql = (declared: string, body: string) =>
    `create function notify_private.evaluate_rules() returns void language plpgsql as $$ declare${declared}\n begin ${body} end $$;`;
  test.each([
    [
      'in SQL',
      `create function notify_private.evaluate_rules() returns int language sql as $$ select notify_private.plan(1) $$;`,
    ],
    [
      'in a body that the parser reads',
      `create function notify_private.evaluate_rules() returns int return notify_private.plan(1);`,
    ],
    ['in a view', 'create view notify_private.evaluate_rules as select * from notify_private.plan;'],
    ['in PL/pgSQL', plpgsql('', 'perform notify_private.plan(1);')],
    ['in what a record begins as', plpgsql(`\n  a constant notify.events := notify_private.plan(1);`, '')],
    ['in a statement put together', plpgsql('', `execute pg_catalog.format('select notify_private.plan(%L)', 1);`)],
    ['in a block', `do $$ begin perform notify_private.plan(1); end $$;`],
    [
      'by a trigger',
      'create trigger t after insert on notify.users for each statement execute function notify_private.plan();',
    ],
    [
      'by an aggregate',
      'create aggregate notify_private.evaluate_rules(int) (sfunc = notify_private.plan, stype = int);',
    ],
  ])('%s, and refused from a room that may not make it', async (_where, text) => {
    const found = await findCalls([
      { path: judge, text },
      { path: plan, text: 'select 1;' },
    ]);
    expect(found).toEqual([{ from: judge, to: plan }]);
    expect(forbidden(found)).toEqual(found);
  });

  test('but not where a comment, a grant or a lock only has its name', async () => {
    const text = `
      create function notify_private.evaluate_rules() returns void language sql as $$ select pg_advisory_lock(hashtext('notify_private.plan')) $$;
      comment on function notify_private.evaluate_rules() is 'As notify_private.plan.';
      grant execute on function notify_private.plan to public;`;
    expect(
      await findCalls([
        { path: judge, text },
        { path: plan, text: 'select 1;' },
      ]),
    ).toEqual([]);
  });
});
