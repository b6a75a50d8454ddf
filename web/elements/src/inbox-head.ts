import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icons.ts';
import { type InboxParts, type Order, orders, places } from './inbox-parts.ts';
import type { Texts } from './texts.ts';

export function renderHead(parts: InboxParts): TemplateResult {
  const { texts, mode, state } = parts;
  return html`<header>
    <div class="titles">
      <h2 part="heading" tabindex="-1" id="title">${texts.notifications}</h2>
      ${renderConnection(parts)}
    </div>
    <button class="round" type="button" title=${texts.markAllRead} aria-label=${texts.markAllRead} aria-disabled=${!state.unread}
      @click=${parts.readAll}>${icon('readAll')}</button>
    ${
      mode === 'drawer'
        ? html`<button class="round" type="button" title=${texts.close} aria-label=${texts.close} @click=${parts.close}>${icon('close')}</button>`
        : nothing
    }
  </header>`;
}

export function renderFilters(parts: InboxParts): TemplateResult {
  const { texts, state, place, category, order, choose } = parts;
  const value = (event: Event) => (event.target as HTMLSelectElement).value;
  // A category that the filter finds nothing of any more is still the one that is chosen.
  const isListed = category === '' || state.categories.some((one) => one.category === category);
  return html`<div class="filters">
    <div class="places" role="group" aria-label=${texts.places}>
      ${places.map(
        (one) =>
          html`<button type="button" aria-pressed=${one === place} @click=${() => choose({ place: one })}>${texts[one]}</button>`,
      )}
    </div>
    <div class="selects">
      <select aria-label=${texts.category} @change=${(event: Event) => choose({ category: value(event) })}>
        <option value="" ?selected=${category === ''}>${texts.allCategories}</option>
        ${isListed ? nothing : html`<option value=${category} selected>${category}</option>`}
        ${state.categories.map(
          (one) =>
            html`<option value=${one.category} ?selected=${one.category === category}>${one.name} (${one.total})</option>`,
        )}
      </select>
      <select aria-label=${texts.order} @change=${(event: Event) => choose({ order: value(event) as Order })}>
        ${orders.map((one) => html`<option value=${one} ?selected=${one === order}>${texts[one]}</option>`)}
      </select>
    </div>
  </div>`;
}

function renderConnection({ texts, connection, now }: InboxParts): TemplateResult {
  return html`<p class="connection" data-status=${connection.status}><span class="lamp"></span>${connectionWords(texts, connection, now)}</p>`;
}

export function connectionWords(texts: Texts, { status, nextTryAt }: InboxParts['connection'], now: number): string {
  switch (status) {
    case 'live':
      return texts.live;
    case 'polling':
      return texts.polling;
    case 'offline':
      return texts.offline;
    case 'signed-out':
      return texts.signedOut;
    case 'connecting':
      return texts.connecting;
    case 'reconnecting':
      return texts.reconnecting(nextTryAt === null ? 0 : Math.ceil((nextTryAt - now) / 1_000));
  }
}
