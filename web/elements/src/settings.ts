import { createCore, type RowbellCore } from '@rowbell/client/core';

export type Settings = {
  /** Where the API is; unless said, where the elements were loaded from. */
  readonly url?: string;
  /** The token of who is signed in; null while nobody is. */
  readonly getToken: (reason: { readonly isRefused: boolean }) => string | null | Promise<string | null>;
};

let configured: Settings | null = null;
const waiting = new Set<() => void>();
const cores = new WeakMap<Settings['getToken'], Map<string, RowbellCore>>();

/** For all elements of the page that have no `getToken` of their own. Before or after they are there. */
export function configure(settings: Settings): void {
  configured = settings;
  for (const notice of [...waiting]) notice();
}

/** Calls when the page says what to connect to, until what it returns is called. */
export function onConfigured(notice: () => void): () => void {
  waiting.add(notice);
  return () => void waiting.delete(notice);
}

/** The client of an element: the same one for all that ask the same API for the same person. Null: nobody has said yet. */
export function coreOf(own: Partial<Settings>): RowbellCore | null {
  const getToken = own.getToken ?? configured?.getToken;
  if (!getToken) return null;
  const url = own.url ?? configured?.url ?? new URL('/graphql', import.meta.url).href;
  const byUrl = cores.get(getToken) ?? new Map<string, RowbellCore>();
  cores.set(getToken, byUrl);
  const core = byUrl.get(url) ?? createCore({ url: new URL(url, document.baseURI).href, getToken });
  byUrl.set(url, core);
  return core;
}
