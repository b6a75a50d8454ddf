import type { Action } from './inbox-parts.ts';

/** What a key does while a row has the focus. */
export type Command =
  | { readonly move: 'next' | 'previous' | 'first' | 'last' | 'before' | 'after' }
  | { readonly act: Action | 'toggle' | 'undo' | 'open' };

const moves: Readonly<Record<string, 'next' | 'previous' | 'first' | 'last'>> = {
  ArrowDown: 'next',
  j: 'next',
  PageDown: 'next',
  ArrowUp: 'previous',
  k: 'previous',
  PageUp: 'previous',
  Home: 'first',
  End: 'last',
};
const acts: Readonly<Record<string, 'archive' | 'toggle' | 'delete' | 'undo'>> = {
  e: 'archive',
  r: 'toggle',
  '#': 'delete',
  u: 'undo',
};

/** Null: not ours. Letters count only within a row (WCAG 2.2, 2.1.4), which is where this is asked. */
export function commandOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>,
): Command | null {
  if (event.altKey || event.metaKey) return null;
  if (event.ctrlKey) return event.key === 'Home' ? { move: 'before' } : event.key === 'End' ? { move: 'after' } : null;
  const move = moves[event.key];
  if (move) return { move };
  // On a button of the row Enter is the button's own.
  if (event.key === 'Enter') return (event.target as Element).localName === 'article' ? { act: 'open' } : null;
  const act = acts[event.key];
  return act ? { act } : null;
}
