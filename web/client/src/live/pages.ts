import { isRowbellError, type RowbellError } from '../errors.ts';
import type { Live } from './live.ts';

export type PagesOptions<Page> = {
  readonly live: Live;
  /** How many a page has. */
  readonly first: number;
  readonly ask: (count: number, after: string | null) => Promise<Page>;
  /** What follows where: how many the page has, and where it ends. */
  readonly endOf: (page: Page) => { readonly length: number; readonly endCursor: string | null };
  /** The beginning of the list as it is now. */
  readonly begin: (page: Page) => void;
  readonly append: (page: Page) => void;
  /** Nothing is known any more. */
  readonly clear: () => void;
  readonly publish: () => void;
};

/** A list that is read page by page, from its beginning when that is outdated, and as nobody's when its person is another. */
export function createPages<Page>(options: PagesOptions<Page>) {
  const { live, first, ask, endOf, begin, append, clear, publish } = options;
  let hasBegun = false;
  let isLoading = false;
  let error: RowbellError | null = null;
  let endCursor: string | null = null;
  let length = 0;
  /** Counts what was begun, so that what comes late is not taken. */
  let loads = 0;
  let isOutdated = false;

  const reset = (): void => {
    loads++;
    hasBegun = false;
    isLoading = false;
    error = null;
    endCursor = null;
    length = 0;
    clear();
    publish();
  };

  const load = async (): Promise<void> => {
    const mine = ++loads;
    isLoading = true;
    publish();
    try {
      const page = await ask(Math.min(100, Math.max(first, length)), null);
      if (mine !== loads) return;
      begin(page);
      ({ endCursor, length } = endOf(page));
      hasBegun = true;
      error = null;
    } catch (reason) {
      if (mine !== loads) return;
      if (!isRowbellError(reason)) throw reason;
      error = reason;
    }
    isLoading = false;
    publish();
    if (isOutdated) anew();
  };

  /** What is being read is shown first, though it may be outdated already. */
  const anew = (): void => {
    isOutdated = isLoading;
    if (!isLoading) void load();
  };

  return {
    state: () => ({ isLoading: isLoading || !hasBegun, error }),
    hasBegun: (): boolean => hasBegun,
    reset,
    load: (): void => void load(),
    anew,

    /** Keeps it read, until what it returns is called. */
    watch(): () => void {
      let person = live.scope();
      const stops = [
        live.on('person', (scope) => {
          // What is being read is this person's already.
          const isKnown = scope !== null && person === null && (hasBegun || isLoading);
          person = scope;
          if (isKnown) return;
          reset();
          if (scope !== null) void load();
        }),
        live.on('back', () => {
          if (error) void load();
        }),
      ];
      void load();
      return () => {
        loads++;
        isLoading = false;
        for (const stop of stops) stop();
      };
    },

    /** @param hasMore whether anything follows */
    async loadMore(hasMore: boolean): Promise<void> {
      if (!hasBegun || isLoading || !hasMore) return;
      const mine = loads;
      isLoading = true;
      publish();
      try {
        const page = await ask(first, endCursor);
        if (mine !== loads) return;
        append(page);
        const end = endOf(page);
        endCursor = end.endCursor;
        length += end.length;
      } finally {
        if (mine === loads) {
          isLoading = false;
          publish();
          if (isOutdated) anew();
        }
      }
    },
  };
}
