import type { ConnectionState } from './connection.ts';
import type { Frames, Topic } from './frames.ts';
import type { TabState } from './roster.ts';

export type LiveEvents = Frames & {
  /** Another person, or nobody: what is shown of the one before goes. */
  readonly person: string | null;
  /** What another part of the client tells its like in the other tabs. */
  readonly shared: object;
  /** The API can be asked again. */
  readonly back: null;
};

/** What tabs of one person tell each other. */
export type Message =
  | (TabState & { readonly kind: 'tab'; readonly tab: string })
  | { readonly kind: 'bye'; readonly tab: string }
  | { readonly kind: 'who' | 'connect' | 'sign-out' }
  | { readonly kind: 'state'; readonly state: ConnectionState }
  | { readonly kind: 'frame'; readonly topic: Topic; readonly frame: never }
  | { readonly kind: 'shared'; readonly shared: object };
