// Over 300 lines: what an inbox is while it is on a page; its parts render, and all of them look at the same few variables.
import { completeRowbell, type InboxItem, type InboxList, type InboxListState, type Rowbell } from '@rowbell/client';
import type { RowbellCore } from '@rowbell/client/core';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { connectionWords, renderFilters, renderHead } from './inbox-head.ts';
import { renderDetail, renderItem } from './inbox-item.ts';
import { renderNote, renderToast } from './inbox-notes.ts';
import type { Action, InboxParts, Order, Place, Toast } from './inbox-parts.ts';
import { inboxStyle } from './inbox-style.ts';
import { commandOf } from './keys.ts';
import { languageOf, textsOf } from './language.ts';
import { phaseOf } from './phase.ts';
import { coreOf, onConfigured, type Settings } from './settings.ts';
import { type Window, windowOf } from './window.ts';

export { configure, type Settings } from './settings.ts';
export { addTexts, type Texts } from './texts.ts';

const pageSize = 100;
/** As long as a change can be put back. */
const toastMs = 600_000;
const nextPageBefore = 8;

/** One client for each core: changes wait in one place. */
const clients = new WeakMap<RowbellCore, Rowbell>();
const clientOf = (core: RowbellCore): Rowbell => {
  const client = clients.get(core) ?? completeRowbell(core);
  clients.set(core, client);
  return client;
};

const emptyState: InboxListState = {
  items: [],
  total: 0,
  unread: null,
  categories: [],
  hasMore: false,
  fresh: 0,
  isLoading: true,
  error: null,
};

/** A person's inbox. In the page as it is, or in the drawer of the bell. */
export class InboxElement extends LitElement {
  static override styles = unsafeCSS(inboxStyle);
  static override properties = {
    url: {},
    lang: {},
    mode: { reflect: true },
    getToken: { attribute: false },
    place: { state: true },
    category: { state: true },
    order: { state: true },
    detail: { state: true },
    toast: { state: true },
    currentId: { state: true },
  };
  declare url: string | undefined;
  declare mode: 'page' | 'drawer';
  /** Whose inbox, where it is not what `configure` said. */
  declare getToken: Settings['getToken'] | undefined;
  declare private place: Place;
  declare private category: string;
  declare private order: Order;
  declare private detail: InboxItem | null;
  declare private toast: Toast | null;
  declare private currentId: string | null;

  #core: RowbellCore | null = null;
  #list: InboxList | null = null;
  #stops: (() => void)[] = [];
  #stopConfigured = () => {};
  #window: Window = { start: 0, end: 0 };
  #rowHeight = 0;
  #spoken = '';
  #clock: ReturnType<typeof setInterval> | undefined;
  #endToast: ReturnType<typeof setTimeout> | undefined;
  readonly #seen = new Set<string>();
  readonly #resized = new ResizeObserver(() => this.#look());

  constructor() {
    super();
    this.mode = 'page';
    this.place = 'inbox';
    this.category = '';
    this.order = 'newest';
    this.detail = null;
    this.toast = null;
    this.currentId = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopConfigured = onConfigured(() => this.#connect());
    this.#connect();
    this.#clock = setInterval(() => this.#tick(), 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopConfigured();
    this.#disconnect();
    this.#resized.disconnect();
    clearInterval(this.#clock);
    clearTimeout(this.#endToast);
  }

  override willUpdate(changed: PropertyValues): void {
    if (this.isConnected && (changed.has('url') || changed.has('getToken'))) this.#connect();
  }

  /** The heading, so that it is spoken where one is. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('#title')?.focus();
  }

  #connect(): void {
    const core = coreOf({ ...(this.url && { url: this.url }), ...(this.getToken && { getToken: this.getToken }) });
    if (core === this.#core) return;
    this.#disconnect();
    this.#core = core;
    if (!core) return;
    const client = clientOf(core);
    const list = client.inbox({ ...this.#query(), first: pageSize });
    this.#list = list;
    const show = () => this.requestUpdate();
    this.#stops = [
      list.subscribe(show),
      client.connection.subscribe(show),
      client.attend(),
      client.on('refused', () => this.#say(textsOf(this).failed)),
    ];
    list.follow(true);
    this.requestUpdate();
  }

  #disconnect(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#core = null;
    this.#list = null;
  }

  #query() {
    const filter = {
      ...(this.place === 'unread' && { read: false }),
      ...((this.place === 'snoozed' || this.place === 'archived') && { places: [this.place] as const }),
      ...(this.category !== '' && { categories: [this.category] }),
    };
    return { filter, sort: this.order === 'unreadFirst' ? ('unread_first' as const) : this.order };
  }

  #state(): InboxListState {
    return this.#list?.get() ?? emptyState;
  }

  #parts(): InboxParts {
    return {
      texts: textsOf(this),
      language: languageOf(this),
      now: Date.now(),
      mode: this.mode,
      state: this.#state(),
      connection: this.#core?.connection.get() ?? { status: 'connecting', since: 0, nextTryAt: null },
      place: this.place,
      category: this.category,
      order: this.order,
      choose: (choice) => {
        Object.assign(this, choice);
        this.currentId = null;
        this.#list?.setFilter(this.#query());
        const scroller = this.#scroller;
        if (scroller) scroller.scrollTop = 0;
      },
      act: (action, item) => void this.#act(action, item),
      // Not `disabled`: the focus would be lost with the last one that was unread.
      readAll: () => {
        if (this.#state().unread) void this.#change(() => this.#list?.change('read', 'all'), textsOf(this).allRead);
      },
      open: (item) => this.#open(item),
      navigate: (event, link, item) => {
        const detail = { url: link.url, notification: item };
        const more = { detail, bubbles: true, composed: true, cancelable: true };
        if (!this.dispatchEvent(new CustomEvent('rowbell-navigate', more))) event.preventDefault();
      },
      takeFresh: () => {
        this.#list?.take();
        const scroller = this.#scroller;
        if (scroller) scroller.scrollTop = 0;
      },
      loadMore: () => void this.#list?.loadMore(),
      tryAgain: () => {
        this.#core?.connection.connect();
        this.#list?.setFilter(this.#query());
      },
      back: () => void this.#back(),
      close: () => this.dispatchEvent(new CustomEvent('rowbell-close', { bubbles: true, composed: true })),
    };
  }

  override render(): TemplateResult {
    const parts = this.#parts();
    const { texts, state } = parts;
    const isFiltered = this.place !== 'inbox' || this.category !== '';
    const phase = phaseOf(state, parts.connection.status, isFiltered);
    // A detail is of the moment when it was opened, but what was done to it shows.
    const detail = this.detail && (state.items.find(({ id }) => id === this.detail?.id) ?? this.detail);
    const isOut = phase === 'signed-out';
    return html`<section aria-labelledby="title" @keydown=${this.#onKey}>
      ${renderHead(parts)}
      ${
        detail && !isOut
          ? renderDetail(detail, parts)
          : html`
        ${isOut ? nothing : renderFilters(parts)}
        <div class="fresh-place">${state.fresh > 0 ? html`<button class="fresh" type="button" @click=${parts.takeFresh}>${texts.fresh(state.fresh)}</button>` : nothing}</div>
        <div class="scroller" @scroll=${this.#onScroll} @focusin=${this.#onFocus} @focusout=${this.#onFocus}>
          ${phase === 'list' ? this.#renderList(parts) : renderNote(phase, parts)}
        </div>`
      }
      ${renderToast(this.toast, parts, () => this.#endsToast())}
      <p class="apart" role="status">${this.#spoken}</p>
    </section>`;
  }

  #renderList(parts: InboxParts): TemplateResult {
    const { state, texts } = parts;
    const { items } = state;
    const scroller = this.#scroller;
    this.#window = windowOf(items.length, this.#rowHeight, scroller?.scrollTop ?? 0, scroller?.clientHeight ?? 0);
    const { start, end } = this.#window;
    const indexes = Array.from({ length: end - start }, (_, at) => start + at);
    // What has the focus stays in the document, wherever one scrolls to.
    const current = this.currentId === null ? -1 : items.findIndex(({ id }) => id === this.currentId);
    if (current !== -1 && current < start) indexes.unshift(current);
    else if (current >= end) indexes.push(current);
    const reachable = current === -1 ? start : current;
    const of = state.hasMore && state.total <= items.length ? -1 : state.total;
    return html`<div class="feed" role="feed" part="list" aria-labelledby="title" aria-busy=${state.isLoading}>
        ${repeat(
          indexes,
          (index) => items[index]?.id,
          (index) => renderItem(items[index] as InboxItem, { index, of, isCurrent: index === reachable }, parts),
        )}
      </div>
      ${state.error ? html`<p class="strip" role="alert">${texts.couldNotLoad}</p>` : nothing}
      ${state.hasMore ? html`<button class="button more" type="button" @click=${parts.loadMore}>${state.isLoading ? texts.loading : texts.loadMore}</button>` : nothing}`;
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot?.querySelector<HTMLElement>('.scroller') ?? null;
  }
  get #articles(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll('article')];
  }
  get #focused(): HTMLElement | null {
    return (this.renderRoot as ShadowRoot).activeElement as HTMLElement | null;
  }

  override updated(): void {
    const feed = this.renderRoot.querySelector<HTMLElement>('.feed');
    // By the object model: a policy without inline styles refuses attributes.
    feed?.style.setProperty('--rows', `${this.#state().items.length}`);
    for (const article of this.#articles) article.style.setProperty('--row', article.dataset.index ?? '0');
    const scroller = this.#scroller;
    if (scroller) this.#resized.observe(scroller);
    const wasUnknown = this.#rowHeight === 0;
    this.#rowHeight = this.#articles[0]?.offsetHeight ?? this.#rowHeight;
    if (wasUnknown && this.#rowHeight > 0) this.requestUpdate();
    this.#continue();
    this.#noteSeen();
    this.#speak();
  }

  /** Renders anew where another part of the list is seen. */
  readonly #onScroll = (): void => {
    this.#look();
    this.#follow();
  };
  #look(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const count = this.#state().items.length;
    const { start, end } = windowOf(count, this.#rowHeight, scroller.scrollTop, scroller.clientHeight);
    if (start !== this.#window.start || end !== this.#window.end) this.requestUpdate();
    else this.#continue();
  }

  /** New ones may move the others only while one is at the top, and reads none of them. */
  #follow(): void {
    const isReading = this.#focused?.closest('article') != null || this.detail !== null;
    this.#list?.follow(!isReading && (this.#scroller?.scrollTop ?? 0) < 8);
  }

  /** Asks for the next page a little before it is needed. */
  #continue(): void {
    const scroller = this.#scroller;
    const { hasMore, isLoading, items } = this.#state();
    if (!scroller || !hasMore || isLoading || this.detail) return;
    const last = (scroller.scrollTop + scroller.clientHeight) / (this.#rowHeight || 1);
    if (items.length === 0 || (this.#rowHeight > 0 && last > items.length - nextPageBefore))
      void this.#list?.loadMore();
  }

  #noteSeen(): void {
    const ids = this.#articles.map(({ dataset }) => dataset.id ?? '');
    const { items } = this.#state();
    const isNew = (id: string) => !this.#seen.has(id) && items.find((one) => one.id === id)?.seenAt === null;
    const fresh = ids.filter(isNew);
    for (const id of fresh) this.#seen.add(id);
    // Nobody waits for it, and a page that is loaded anew says it again.
    if (fresh.length > 0 && this.#core)
      clientOf(this.#core)
        .inbox.markSeen(fresh)
        .catch(() => {});
  }

  /** A connection that comes or goes is spoken; the seconds until the next try are not. */
  #speak(): void {
    const { texts, connection } = this.#parts();
    const words =
      connection.status === 'connecting' ? '' : connectionWords(texts, { ...connection, nextTryAt: null }, 0);
    if (words === this.#spoken) return;
    this.#spoken = words;
    this.requestUpdate();
  }

  #ticks = 0;
  #tick(): void {
    this.#ticks++;
    if (this.#core?.connection.get().status === 'reconnecting' || this.#ticks % 30 === 0) this.requestUpdate();
  }

  readonly #onFocus = (event: FocusEvent): void => {
    const id = (event.target as Element).closest<HTMLElement>('article')?.dataset.id;
    if (event.type === 'focusin' && id) this.currentId = id;
    this.#follow();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.detail) {
      event.preventDefault();
      void this.#back();
      return;
    }
    const article = (event.target as Element).closest<HTMLElement>('article');
    const command = article && commandOf(event);
    if (!command) return;
    const index = Number(article.dataset.index);
    const item = this.#state().items[index];
    if (!item) return;
    event.preventDefault();
    if ('move' in command) void this.#move(command.move, index);
    else if (command.act === 'open') this.#open(item);
    else if (command.act === 'undo') this.toast?.undo?.();
    else if (command.act === 'toggle') void this.#act(item.readAt === null ? 'read' : 'unread', item);
    else if (command.act !== 'archive') void this.#act(command.act, item);
    else void this.#act(item.archivedAt === null ? 'archive' : 'unarchive', item);
  };

  async #move(to: 'next' | 'previous' | 'first' | 'last' | 'before' | 'after', index: number): Promise<void> {
    if (to === 'before') return this.focus();
    if (to === 'after') return this.renderRoot.querySelector<HTMLElement>('.more, .toast button')?.focus();
    const { length } = this.#state().items;
    const target = { next: index + 1, previous: index - 1, first: 0, last: length - 1 }[to];
    await this.#focusRow(Math.max(0, Math.min(target, length - 1)));
  }

  async #focusRow(index: number): Promise<void> {
    const id = this.#state().items[index]?.id;
    if (id === undefined) return this.focus();
    this.currentId = id;
    await this.updateComplete;
    const scroller = this.#scroller;
    const article = this.#articles.find(({ dataset }) => dataset.id === id);
    article?.focus({ preventScroll: true });
    if (!scroller || !article) return;
    const [top, bottom] = [index * this.#rowHeight, (index + 1) * this.#rowHeight];
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
  }

  #open(item: InboxItem): void {
    this.currentId = item.id;
    this.detail = item;
    this.#scrollTop = this.#scroller?.scrollTop ?? 0;
    this.#follow();
    if (item.readAt === null) this.#list?.change('read', [item.id]).catch(() => this.#say(textsOf(this).failed));
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#detail-title')?.focus());
  }
  #scrollTop = 0;

  async #back(): Promise<void> {
    const id = this.currentId;
    this.detail = null;
    await this.updateComplete;
    const scroller = this.#scroller;
    if (scroller) scroller.scrollTop = this.#scrollTop;
    const index = this.#state().items.findIndex((item) => item.id === id);
    await this.#focusRow(index === -1 ? 0 : index);
  }

  async #act(action: Action, item: InboxItem): Promise<void> {
    const texts = textsOf(this);
    const words = {
      read: texts.didRead,
      unread: texts.didUnread,
      archive: texts.didArchive,
      unarchive: texts.didUnarchive,
      unsnooze: texts.didUnarchive,
      delete: texts.didDelete,
    }[action];
    const index = this.#state().items.findIndex(({ id }) => id === item.id);
    const hadFocus = this.#focused?.closest<HTMLElement>('article')?.dataset.id === item.id;
    const isAway = action !== 'read' && action !== 'unread';
    const done = this.#change(() => this.#list?.change(action, [item.id]), words);
    if (this.detail && isAway) await this.#back();
    else if (hadFocus && !this.#state().items.some(({ id }) => id === item.id))
      await this.#focusRow(Math.min(index, this.#state().items.length - 1));
    await done;
  }

  /** Makes a change, says that it was made, and offers to take it back. */
  async #change(make: () => ReturnType<InboxList['change']> | undefined, words: string): Promise<void> {
    const texts = textsOf(this);
    // What it would put back is no longer the last thing that was done.
    if (this.toast) this.#endsToast();
    try {
      const change = await make();
      if (!change) return;
      const undo = async () => {
        this.#endsToast();
        await change.undo().then(
          () => this.#say(texts.undone),
          () => this.#say(texts.failed),
        );
      };
      this.#say(change.isQueued ? `${words}. ${texts.waits}` : words, () => void undo());
    } catch {
      this.#say(texts.failed);
    }
  }

  #say(words: string, undo: Toast['undo'] = null): void {
    clearTimeout(this.#endToast);
    this.toast = { words, undo };
    this.#endToast = setTimeout(() => this.#endsToast(), toastMs);
  }
  #endsToast(): void {
    clearTimeout(this.#endToast);
    const hadFocus = this.#focused?.closest('.toast') != null;
    this.toast = null;
    if (!hadFocus) return;
    const index = this.#state().items.findIndex(({ id }) => id === this.currentId);
    void this.#focusRow(Math.max(0, index));
  }
}

if (!customElements.get('rowbell-inbox')) customElements.define('rowbell-inbox', InboxElement);

declare global {
  interface HTMLElementTagNameMap {
    'rowbell-inbox': InboxElement;
  }
}
