import type { InboxItem } from '@rowbell/client';
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icons.ts';
import type { Action, InboxParts } from './inbox-parts.ts';
import { linksOf } from './links.ts';
import { fullTime, shortTime } from './times.ts';

export type Position = {
  readonly index: number;
  /** How many there are; −1: nobody knows yet. */
  readonly of: number;
  /** Whether the keyboard comes to this one. */
  readonly isCurrent: boolean;
};

/** One row of the feed. What is not the current one is out of the order of Tab, with its buttons. */
export function renderItem(item: InboxItem, { index, of, isCurrent }: Position, parts: InboxParts): TemplateResult {
  const { texts } = parts;
  const isUnread = item.readAt === null;
  const tabIndex = isCurrent ? 0 : -1;
  return html`<article part="item" class=${isUnread ? 'unread' : ''} data-id=${item.id} data-index=${index} tabindex=${tabIndex}
    aria-posinset=${index + 1} aria-setsize=${of} aria-labelledby="title-${item.id}" aria-describedby="body-${item.id}">
    <h3 id="title-${item.id}">
      ${isUnread ? html`<span class="apart">${texts.isUnread}</span>` : nothing}
      <button type="button" class="open" dir="auto" tabindex=${tabIndex} @click=${() => parts.open(item)}>${item.title}</button>
    </h3>
    ${renderTime(item, parts)}
    <p id="body-${item.id}" dir="auto">${item.body}</p>
    <div class="actions">
      ${actionsOf(item, parts).map(
        (action) => html`<button class="round small" type="button" tabindex=${tabIndex} title=${wordsOf(action, parts)}
          aria-label=${wordsOf(action, parts)} @click=${() => parts.act(action, item)}>${icon(iconOf(action))}</button>`,
      )}
    </div>
  </article>`;
}

/** Instead of the list: all of it, and where it leads. */
export function renderDetail(item: InboxItem, parts: InboxParts): TemplateResult {
  const { texts } = parts;
  const links = linksOf(item.data, document.baseURI);
  return html`<div class="detail" role="region" aria-labelledby="detail-title">
    <button class="back" type="button" @click=${parts.back}>${icon('back')}${texts.back}</button>
    <h3 id="detail-title" dir="auto" tabindex="-1">${item.title}</h3>
    ${item.subtitle ? html`<p class="subtitle" dir="auto">${item.subtitle}</p>` : nothing}
    <p class="quiet"><span class="apart">${texts.received}</span>
      <time dir="auto" datetime=${item.createdAt}>${fullTime(item.createdAt, parts.language)}</time></p>
    <p class="body" dir="auto">${item.body}</p>
    <div class="wide">
      ${links.map(
        (link, at) => html`<a class="button ${at === 0 ? 'first' : ''}" href=${link.url}
          @click=${(event: Event) => parts.navigate(event, link, item)}>${link.title ?? texts.open}</a>`,
      )}
      ${actionsOf(item, parts).map(
        (action) => html`<button class="button" type="button" @click=${() => parts.act(action, item)}>
          ${icon(iconOf(action))}${wordsOf(action, parts)}</button>`,
      )}
    </div>
  </div>`;
}

const renderTime = ({ createdAt }: InboxItem, { now, language }: InboxParts): TemplateResult =>
  html`<time dir="auto" datetime=${createdAt} title=${fullTime(createdAt, language)}>${shortTime(createdAt, now, language)}</time>`;

function actionsOf(item: InboxItem, { place }: InboxParts): readonly Action[] {
  const away: Action = item.archivedAt !== null ? 'unarchive' : place === 'snoozed' ? 'unsnooze' : 'archive';
  return [item.readAt === null ? 'read' : 'unread', away, 'delete'];
}

function wordsOf(action: Action, { texts }: InboxParts): string {
  if (action === 'unread') return texts.markUnread;
  return action === 'unsnooze' ? texts.unarchive : texts[action];
}

const iconOf = (action: Action) => (action === 'unsnooze' ? 'unarchive' : action);
