import type { ConnectionState, InboxItem, InboxListState } from '@rowbell/client';
import type { Link } from './links.ts';
import type { Texts } from './texts.ts';

/** Which notifications are shown. */
export const places = ['inbox', 'unread', 'snoozed', 'archived'] as const;
export type Place = (typeof places)[number];

export const orders = ['newest', 'oldest', 'unreadFirst'] as const;
export type Order = (typeof orders)[number];

/** What can be done to one of them, or to the list. */
export type Action = 'read' | 'unread' | 'archive' | 'unarchive' | 'unsnooze' | 'delete';

/** What was done, until something else is or somebody puts it away. */
export type Toast = { readonly words: string; readonly undo: (() => void) | null };

/** What the parts of an inbox are rendered of, and whom they tell. */
export type InboxParts = {
  readonly texts: Texts;
  readonly language: string;
  readonly now: number;
  readonly mode: 'page' | 'drawer';
  readonly state: InboxListState;
  readonly connection: ConnectionState;
  readonly place: Place;
  readonly category: string;
  readonly order: Order;
  choose(choice: { readonly place?: Place; readonly category?: string; readonly order?: Order }): void;
  act(action: Action, item: InboxItem): void;
  readAll(): void;
  open(item: InboxItem): void;
  navigate(event: Event, link: Link, item: InboxItem): void;
  takeFresh(): void;
  loadMore(): void;
  tryAgain(): void;
  back(): void;
  close(): void;
};
