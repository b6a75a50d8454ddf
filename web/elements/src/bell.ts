import type { RowbellCore } from '@rowbell/client/core';
import { bellStyle } from './bell-style.ts';
import type { InboxElement } from './inbox.ts';
import { textsOf } from './language.ts';
import { coreOf, onConfigured, type Settings } from './settings.ts';

export { configure, type Settings } from './settings.ts';
export { addTexts, type Texts } from './texts.ts';

/** What came in is spoken once, and no more often than that. */
const quietMs = 10_000;
const mostShown = 99;

const template = (): DocumentFragment => {
  const button = make('button', {
    type: 'button',
    part: 'button',
    'aria-haspopup': 'dialog',
    'aria-expanded': 'false',
  });
  const badge = make('span', { part: 'badge', class: 'badge', 'aria-hidden': 'true', hidden: '' });
  button.append(icon(), badge);
  const fragment = new DocumentFragment();
  fragment.append(button, make('div', { role: 'status', class: 'apart' }), make('dialog', { part: 'drawer' }));
  return fragment;
};

/**
 * The bell with the number of unread ones, which opens the inbox. Small, because it is on every page: neither Lit nor the list are loaded
 * before somebody opens it.
 */
export class BellElement extends HTMLElement {
  static observedAttributes = ['url', 'lang'];
  #getToken: Settings['getToken'] | undefined;
  #core: RowbellCore | null = null;
  #stops: (() => void)[] = [];
  #inbox: InboxElement | null = null;
  #arrived = 0;
  #cancelSaying: ReturnType<typeof setTimeout> | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  readonly #root = this.attachShadow({ mode: 'open' });

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(bellStyle);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(template());
    this.#button.addEventListener('click', () => void this.open());
    this.#dialog.addEventListener('close', () => this.#closed());
    this.#dialog.addEventListener('click', (event) => {
      // The dialog itself is what is around the inbox.
      if (event.target === this.#dialog) this.close();
    });
  }

  /** Whose inbox, where it is not what `configure` said. */
  get getToken(): Settings['getToken'] | undefined {
    return this.#getToken;
  }
  set getToken(getToken: Settings['getToken'] | undefined) {
    this.#getToken = getToken;
    if (this.isConnected) this.#connect();
  }

  connectedCallback(): void {
    this.#stops = [onConfigured(() => this.#connect())];
    this.#connect();
  }

  disconnectedCallback(): void {
    this.close();
    this.#disconnect();
    for (const stop of this.#stops.splice(0)) stop();
  }

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name === 'url') this.#connect();
    else this.#show();
  }

  /** Opens the inbox. */
  async open(): Promise<void> {
    if (this.#dialog.open) return;
    if (!this.dispatchEvent(new CustomEvent('rowbell-open', { bubbles: true, composed: true, cancelable: true })))
      return;
    this.#dialog.setAttribute('aria-label', textsOf(this).notifications);
    this.#button.setAttribute('aria-expanded', 'true');
    this.#dialog.showModal();
    const { InboxElement } = await import('./inbox.ts');
    // It may have been closed while that was loaded.
    if (!this.#dialog.open) return;
    const inbox = new InboxElement();
    inbox.mode = 'drawer';
    inbox.setAttribute('part', 'inbox');
    inbox.setAttribute('exportparts', 'list, item, heading, toast');
    for (const name of ['lang', 'url', 'theme']) {
      const value = this.getAttribute(name);
      if (value !== null) inbox.setAttribute(name, value);
    }
    if (this.#getToken) inbox.getToken = this.#getToken;
    inbox.addEventListener('rowbell-close', () => this.close());
    this.#inbox = inbox;
    this.#dialog.replaceChildren(inbox);
    await inbox.updateComplete;
    inbox.focus();
  }

  close(): void {
    if (this.#dialog.open) this.#dialog.close();
  }

  #closed(): void {
    this.#inbox?.remove();
    this.#inbox = null;
    this.#button.setAttribute('aria-expanded', 'false');
    this.#button.focus();
  }

  get #button(): HTMLButtonElement {
    return this.#root.querySelector('button') as HTMLButtonElement;
  }
  get #dialog(): HTMLDialogElement {
    return this.#root.querySelector('dialog') as HTMLDialogElement;
  }

  #connect(): void {
    const url = this.getAttribute('url');
    const core = coreOf({ ...(url !== null && { url }), ...(this.#getToken && { getToken: this.#getToken }) });
    if (core !== this.#core) {
      this.#disconnect();
      this.#core = core;
      if (core) {
        this.#disconnectors = [core.unread.subscribe(() => this.#show()), core.onArrival(() => this.#arrive())];
      }
    }
    this.#show();
  }
  #disconnectors: (() => void)[] = [];

  #disconnect(): void {
    clearTimeout(this.#cancelSaying);
    this.#arrived = 0;
    for (const stop of this.#disconnectors.splice(0)) stop();
    this.#core = null;
  }

  #show(): void {
    const unread = this.#core?.unread.get() ?? 0;
    const shown = unread > mostShown ? `${mostShown}+` : `${unread}`;
    this.#button.setAttribute('aria-label', textsOf(this).bell(unread, shown));
    const badge = this.#root.querySelector('.badge') as HTMLElement;
    badge.textContent = shown;
    badge.hidden = unread === 0;
  }

  /** How many came is said, and never what: others may hear it. */
  #arrive(): void {
    this.#arrived++;
    if (this.#arrived > 1) return;
    const wait = Math.max(0, this.#saidAt + quietMs - performance.now());
    this.#cancelSaying = setTimeout(() => {
      (this.#root.querySelector('[role=status]') as HTMLElement).textContent = textsOf(this).arrived(this.#arrived);
      this.#arrived = 0;
      this.#saidAt = performance.now();
    }, wait);
  }
}

function make(name: string, attributes: Readonly<Record<string, string>>): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function icon(): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', 'M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Zm4 10a2 2 0 0 0 4 0');
  svg.append(path);
  return svg;
}

if (!customElements.get('rowbell-bell')) customElements.define('rowbell-bell', BellElement);

declare global {
  interface HTMLElementTagNameMap {
    'rowbell-bell': BellElement;
  }
}
