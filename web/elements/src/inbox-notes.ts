import { html, nothing, type TemplateResult } from 'lit';
import { type IconName, icon } from './icons.ts';
import type { InboxParts, Toast } from './inbox-parts.ts';
import type { Phase } from './phase.ts';

const skeletons = [1, 2, 3, 4, 5, 6];

/** What stands where the list would be. */
export function renderNote(phase: Exclude<Phase, 'list'>, parts: InboxParts): TemplateResult {
  const { texts } = parts;
  switch (phase) {
    case 'loading':
      return html`<div class="skeletons"><p class="apart" role="status">${texts.loading}</p>
        ${skeletons.map(() => html`<div class="skeleton"></div>`)}</div>`;
    case 'empty':
      return renderWords('bell', texts.empty, texts.emptyWords);
    case 'nothing':
      return renderWords('bell', texts.nothingMatches, null, {
        words: texts.showAll,
        act: () => parts.choose({ place: 'inbox', category: '' }),
      });
    case 'error': {
      const isAway = parts.state.error?.code === 'NO_CONNECTION' || parts.state.error?.code === 'NO_ANSWER';
      return renderWords('warning', texts.couldNotLoad, isAway ? texts.noConnection : null, {
        words: texts.tryAgain,
        act: parts.tryAgain,
      });
    }
    case 'offline':
      return renderWords('cloud', texts.offline, texts.offlineWords);
    case 'signed-out':
      return renderWords('lock', texts.signedOut, texts.signedOutWords, { words: texts.tryAgain, act: parts.tryAgain });
  }
}

function renderWords(
  picture: IconName,
  title: string,
  words: string | null,
  button?: { readonly words: string; readonly act: () => void },
): TemplateResult {
  return html`<div class="note">
    ${icon(picture)}
    <div role="status"><p class="what">${title}</p>${words === null ? nothing : html`<p>${words}</p>`}</div>
    ${button ? html`<button class="button" type="button" @click=${button.act}>${button.words}</button>` : nothing}
  </div>`;
}

/** Always there, so that what comes into it is spoken. */
export function renderToast(toast: Toast | null, { texts }: InboxParts, dismiss: () => void): TemplateResult {
  return html`<div class="toasts" role="status">${
    toast === null
      ? nothing
      : html`<div class="toast" part="toast"><span>${toast.words}</span>
          ${toast.undo ? html`<button class="undo" type="button" @click=${toast.undo}>${texts.undo}</button>` : nothing}
          <button class="round small" type="button" title=${texts.dismiss} aria-label=${texts.dismiss} @click=${dismiss}>${icon('close')}</button>
        </div>`
  }</div>`;
}
