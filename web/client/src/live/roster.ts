import type { Topic } from './frames.ts';

/** How closely somebody looks. The server need not push to a phone what is being read in the inbox. */
export type Attention = 'inbox' | 'page' | 'away';

export type TabState = { readonly topics: readonly Topic[]; readonly attention: Attention };

const ranks: readonly Attention[] = ['away', 'page', 'inbox'];

export const mostAttentive = (all: readonly Attention[]): Attention =>
  all.reduce((one, other) => (hasRisen(one, other) ? other : one), 'away');

export const hasRisen = (before: Attention, present: Attention): boolean =>
  ranks.indexOf(present) > ranks.indexOf(before);

/** The other tabs, as the leading one knows them: what each wants, and how closely somebody looks at it. */
export function createRoster() {
  const tabs = new Map<string, TabState>();
  return {
    note: (tab: string, { topics, attention }: TabState): void => void tabs.set(tab, { topics, attention }),
    drop: (tab: string): void => void tabs.delete(tab),
    clear: (): void => tabs.clear(),
    isEmpty: (): boolean => tabs.size === 0,
    topics: (): readonly Topic[] => [...tabs.values()].flatMap(({ topics }) => topics),
    attention: (): Attention => mostAttentive([...tabs.values()].map(({ attention }) => attention)),
  };
}

/** What is wanted in this tab: topics, and to know how things stand. */
export function createNeeds() {
  const counts = new Map<Topic | 'state', number>();
  const isWanted = (what: Topic | 'state'): boolean => (counts.get(what) ?? 0) > 0;
  const add = (what: Topic | 'state', more: number): void => void counts.set(what, (counts.get(what) ?? 0) + more);
  return {
    add(what: Topic | 'state'): () => void {
      add(what, 1);
      return () => add(what, -1);
    },
    topics: (): readonly Topic[] => [...counts.keys()].filter((what) => what !== 'state' && isWanted(what)) as Topic[],
    isAny: (): boolean => [...counts.keys()].some(isWanted),
  };
}
