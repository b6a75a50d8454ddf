import { type Texts, textsFor } from './texts.ts';

/** The language of an element: what it says itself, else what the page says, else the browser's. */
export function languageOf(element: Element): string {
  for (let one: Element | null = element; one; one = parentOf(one)) {
    const tag = one.getAttribute('lang');
    if (tag) return tag;
  }
  return navigator.language;
}

export const textsOf = (element: Element): Texts => textsFor(languageOf(element));

/** `dir` of the page comes in by inheritance; through shadow roots, too. */
const parentOf = (element: Element): Element | null => {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
};
