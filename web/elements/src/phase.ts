import type { ConnectionState, InboxListState } from '@rowbell/client';

/** What an inbox shows. */
export type Phase = 'loading' | 'list' | 'empty' | 'nothing' | 'error' | 'offline' | 'signed-out';

export function phaseOf(
  { items, isLoading, hasMore, error }: Pick<InboxListState, 'items' | 'isLoading' | 'hasMore' | 'error'>,
  status: ConnectionState['status'],
  isFiltered: boolean,
): Phase {
  if (status === 'signed-out') return 'signed-out';
  if (items.length > 0) return 'list';
  const isUnknown = isLoading || hasMore || error !== null;
  if (isUnknown && status === 'offline') return 'offline';
  if (error !== null) return 'error';
  if (isUnknown) return 'loading';
  return isFiltered ? 'nothing' : 'empty';
}
