import { type Cursor, cursorOf } from './cursor.ts';
import type { Doorbell, Pair } from './doorbell.ts';

/**
 * Doorbells of `notify_private.ring_changed()` taken apart: what is read by its ids, and people of whom so much changed that they are
 * read anew, from where. Whoever is read anew gets nothing else: a frame before that would carry a cursor beyond what they have not
 * had yet.
 *
 * @param crowdedKind the letter of those without ids
 */
export function byCrowd(
  doorbells: readonly Doorbell[],
  crowdedKind: string,
  history: string,
): { readonly pairs: readonly Pair[]; readonly crowded: readonly string[]; readonly since: Cursor } {
  const crowded = new Set<string>();
  let lowest = doorbells[0]?.xmin ?? 0n;
  for (const { kind, xmin, pairs } of doorbells) {
    if (xmin < lowest) lowest = xmin;
    if (kind === crowdedKind) for (const { person } of pairs) crowded.add(person);
  }
  const pairs = doorbells
    .filter(({ kind }) => kind !== crowdedKind)
    .flatMap((doorbell) => doorbell.pairs.filter(({ person }) => !crowded.has(person)));
  return { pairs, crowded: [...crowded], since: cursorOf(history, lowest) };
}
