/** Somewhere that a notification leads to. */
export type Link = { readonly title: string | null; readonly url: string };

/** Where its data leads: its buttons, else its `url`. Addresses that are not of the web (`javascript:`, deep links of apps) are left out. */
export function linksOf(data: unknown, base: string): readonly Link[] {
  const { url, actions } = (data ?? {}) as { readonly url?: unknown; readonly actions?: unknown };
  const buttons = (Array.isArray(actions) ? actions : []) as readonly {
    readonly title?: unknown;
    readonly url?: unknown;
  }[];
  const given = [...buttons, ...(buttons.length === 0 ? [{ title: null, url }] : [])];
  return given.flatMap(({ title, url }) => {
    const address = webAddress(url, base);
    return address === null ? [] : [{ title: typeof title === 'string' ? title : null, url: address }];
  });
}

function webAddress(url: unknown, base: string): string | null {
  if (typeof url !== 'string' || !URL.canParse(url, base)) return null;
  const { protocol, href } = new URL(url, base);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
