import type { ClientBase } from 'pg';
import { ranksOf } from './lock-order.ts';
import type { Pack } from './packs.ts';

/** Those whose schemas the database has already, on or off. */
export async function findInstalled(owner: ClientBase, packs: readonly Pack[]): Promise<Pack[]> {
  const { rows } = await owner.query<{ name: string }>(
    'select nspname as name from pg_catalog.pg_namespace where nspname = any ($1)',
    [packs.map(({ name }) => name)],
  );
  return packs.filter((pack) => rows.some(({ name }) => name === pack.name));
}

/**
 * Writes down which packs are on, opens their schemas and enables the triggers that call their functions; closes and disables
 * those of the others, also of a pack that is installed and whose files are not here any more.
 *
 * @param kept those that the database has, `chosen` those of them that are to be on
 */
export async function switchPacks(
  owner: ClientBase,
  { kept, chosen }: { readonly kept: readonly Pack[]; readonly chosen: readonly Pack[] },
  say: (sentence: string) => void,
): Promise<void> {
  const namesOf = (packs: readonly Pack[]) => packs.map(({ name }) => name);
  const { rows } = await owner.query<{ name: string; enabled: boolean }>(
    'select name, enabled from notify_private.switch_packs($1, $2)',
    [namesOf(kept), namesOf(chosen)],
  );
  await switchTriggers(owner);
  for (const { name, enabled } of rows) say(`The pack ${name} is ${enabled ? 'on' : 'off; its rows stay'}.`);
}

/** In the order in which writers take the same locks. */
async function switchTriggers(owner: ClientBase): Promise<void> {
  const { rows } = await owner.query<{ table: string; trigger: string; enabled: boolean }>(
    'select table_name as table, quote_ident(trigger_name) as trigger, enabled from notify_private.triggers_to_switch()',
  );
  const ranks = await ranksOf(owner, new Set(rows.map(({ table }) => table)));
  rows.sort((a, b) => (ranks.get(a.table) ?? 0) - (ranks.get(b.table) ?? 0));
  for (const { table, trigger, enabled } of rows) {
    await owner.query(`alter table ${table} ${enabled ? 'enable' : 'disable'} trigger ${trigger}`);
  }
}
