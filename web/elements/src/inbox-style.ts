import { tokens } from './tokens.ts';

export const inboxStyle = `${tokens}
:host { display: block; block-size: 100%; min-block-size: 20rem; background: var(--_surface); color: var(--_text); }
section { display: flex; flex-direction: column; block-size: 100%; min-block-size: inherit; min-inline-size: 0; position: relative; }
h2, h3, p { margin: 0; }
button, select { font: inherit; color: inherit; }
button { cursor: pointer; }
button[aria-disabled='true'] { opacity: .45; cursor: default; }
.icon { inline-size: 1.25rem; block-size: 1.25rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.icon-back:dir(rtl) { transform: scaleX(-1); }

header { display: flex; align-items: flex-start; gap: .25rem; padding: .9rem 1rem .6rem; }
.titles { flex: 1; min-inline-size: 0; }
h2 { font-size: 1.25rem; line-height: 1.3; letter-spacing: -.01em; outline: none; }
.connection { display: flex; align-items: center; gap: .4rem; color: var(--_quiet); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.lamp { flex: none; inline-size: .5rem; block-size: .5rem; border-radius: 50%; border: 1.5px solid var(--_control); }
[data-status='live'] .lamp, [data-status='polling'] .lamp { border-color: var(--_good); background: var(--_good); }
.round { display: grid; place-items: center; flex: none; inline-size: 2.5rem; block-size: 2.5rem; padding: 0; border: 0; border-radius: 50%; background: none; }
.round.small { inline-size: 2rem; block-size: 2rem; }
.round.small .icon { inline-size: 1.1rem; block-size: 1.1rem; }
.round:hover:not([aria-disabled='true']) { background: color-mix(in srgb, var(--_text) 9%, transparent); }

.filters { display: grid; gap: .5rem; padding: 0 1rem .75rem; border-block-end: 1px solid var(--_line); }
.places { display: flex; flex-wrap: wrap; gap: 2px; padding: 3px; border-radius: var(--_radius); background: var(--_raised); }
.places button {
  flex: 1 1 auto; min-block-size: 2rem; padding: .2rem .35rem; border: 1px solid transparent; border-radius: calc(var(--_radius) - 3px);
  background: none; font-size: .875rem; color: var(--_quiet);
}
.places [aria-pressed='true'] { background: var(--_surface); color: var(--_text); font-weight: 650; border-color: var(--_control); }
.selects { display: flex; flex-wrap: wrap; gap: .5rem; }
select {
  flex: 1 1 8rem; min-inline-size: 0; min-block-size: 2.25rem; padding: .2rem .5rem; border: 1px solid var(--_control); border-radius: var(--_radius);
  background: var(--_surface); font-size: .875rem;
}

.fresh-place { position: relative; z-index: 2; block-size: 0; text-align: center; }
.fresh { margin-block-start: .5rem; padding: .35rem 1rem; border: 0; border-radius: 2rem; background: var(--_accent); color: var(--_on-accent);
  font-size: .875rem; font-weight: 650; box-shadow: 0 2px 10px rgb(0 0 0 / .25); }
.scroller { flex: 1 1 0; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; }
.feed { --_row: var(--rowbell-row, 5.75rem); position: relative; block-size: calc(var(--rows, 0) * var(--_row)); contain: layout style; }

article {
  position: absolute; inset-inline: 0; inset-block-start: calc(var(--row, 0) * var(--_row)); block-size: var(--_row); overflow: hidden;
  display: grid; grid-template-columns: minmax(0, 1fr) auto; grid-template-rows: auto 1fr; column-gap: .75rem; align-content: start;
  padding: .7rem 1rem .6rem 1.9rem; border-block-end: 1px solid var(--_line); contain: strict;
}
article:dir(rtl) { padding: .7rem 1.9rem .6rem 1rem; }
article:hover { background: color-mix(in srgb, var(--_text) 4%, var(--_surface)); }
article:focus-visible, .open:focus-visible { outline-offset: -3px; }
article.unread { background: var(--_unread); box-shadow: inset 3px 0 var(--_accent); }
article.unread:dir(rtl) { box-shadow: inset -3px 0 var(--_accent); }
article.unread::before {
  content: ''; position: absolute; inset-block-start: 1.2rem; inset-inline-start: .85rem; inline-size: .5rem; block-size: .5rem; border-radius: 50%; background: var(--_accent);
}
h3 { font-size: .9375rem; font-weight: 500; min-inline-size: 0; display: flex; }
.unread h3 { font-weight: 700; }
.open { min-inline-size: 0; inline-size: 100%; padding: 0; border: 0; background: none; font: inherit; text-align: left; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: plaintext; }
/* A text of the other direction begins where those of the page do. */
:is(article, .detail):dir(rtl) :is(.open, p, h3) { text-align: right; }
/* The whole row opens it; what else it has lies above. */
.open::after { content: ''; position: absolute; inset: 0; }
article time { color: var(--_quiet); font-size: .8125rem; line-height: 1.65; white-space: nowrap; font-variant-numeric: tabular-nums; }
article p {
  grid-column: 1 / -1; align-self: start; color: var(--_quiet); font-size: .875rem; line-height: 1.4; overflow: hidden; overflow-wrap: anywhere;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; unicode-bidi: plaintext; text-align: left;
}
.actions {
  position: absolute; z-index: 1; inset-block-end: .4rem; inset-inline-end: .75rem; display: flex; gap: .125rem; padding: .125rem;
  border: 1px solid var(--_line); border-radius: 2rem; background: var(--_surface); box-shadow: 0 2px 8px rgb(0 0 0 / .12); opacity: 0;
}
article:hover .actions, article:focus-within .actions { opacity: 1; }
@media (hover: none) {
  .feed { --_row: var(--rowbell-row, 7.5rem); }
  .actions { opacity: 1; border-color: transparent; background: none; box-shadow: none; inset-inline-end: .5rem; }
}

.button {
  display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-block-size: 2.5rem; padding: .4rem 1rem; border: 1px solid var(--_control);
  border-radius: var(--_radius); background: var(--_surface); color: inherit; font-size: .9375rem; text-decoration: none;
}
.button:hover { background: var(--_raised); }
.button.first { border-color: transparent; background: var(--_accent); color: var(--_on-accent); font-weight: 650; }
.more { display: flex; margin: 1rem auto; }
.strip { padding: .6rem 1rem; background: var(--_raised); font-size: .875rem; }

.note { display: grid; justify-items: center; gap: .9rem; padding: 4rem 1.5rem; text-align: center; color: var(--_quiet); }
.note .icon { inline-size: 2.75rem; block-size: 2.75rem; stroke-width: 1.3; }
.what { color: var(--_text); font-size: 1.0625rem; font-weight: 650; }
.skeletons { position: relative; }
.skeleton { block-size: 5.75rem; border-block-end: 1px solid var(--_line); background:
  linear-gradient(var(--_raised) 0 0) 1.9rem 1.1rem / 45% .8rem no-repeat, linear-gradient(var(--_raised) 0 0) 1.9rem 2.7rem / 75% .7rem no-repeat; }
@media (prefers-reduced-motion: no-preference) {
  .skeleton { animation: rowbell-shown .3s .15s both; }
  @keyframes rowbell-shown { from { opacity: 0; } }
  .actions { transition: opacity .12s; }
}

.detail { flex: 1 1 0; min-block-size: 0; overflow-y: auto; display: grid; gap: .75rem; align-content: start; padding: .25rem 1rem 2rem; }
.back { display: inline-flex; align-items: center; gap: .4rem; justify-self: start; min-block-size: 2.25rem; padding: .2rem .6rem .2rem .3rem; margin-inline-start: -.3rem; border: 0; border-radius: var(--_radius); background: none; color: var(--_quiet); font-size: .875rem; }
.back:hover { background: var(--_raised); }
.detail h3 { display: block; font-size: 1.1875rem; font-weight: 700; line-height: 1.35; overflow-wrap: anywhere; outline: none; text-align: left; unicode-bidi: plaintext; }
.subtitle { font-weight: 600; overflow-wrap: anywhere; }
.quiet { color: var(--_quiet); font-size: .875rem; }
.body { white-space: pre-line; overflow-wrap: anywhere; text-align: left; unicode-bidi: plaintext; }
.wide { display: flex; flex-wrap: wrap; gap: .5rem; padding-block-start: .5rem; }

.toasts { position: absolute; z-index: 3; inset-block-end: .75rem; inset-inline: .75rem; pointer-events: none; display: grid; justify-items: center; }
.toast { pointer-events: auto; display: flex; align-items: center; gap: .5rem; max-inline-size: 100%; padding: .3rem .4rem .3rem 1rem; border-radius: var(--_radius);
  border: 1px solid transparent; background: light-dark(#24211e, #eeeef0); color: light-dark(#fff, #17191e); font-size: .9375rem; box-shadow: 0 4px 18px rgb(0 0 0 / .3); }
.toast:dir(rtl) { padding: .3rem 1rem .3rem .4rem; }
.toast span { min-inline-size: 0; overflow-wrap: anywhere; }
.toast :focus-visible { outline-color: currentColor; }
.undo { min-block-size: 2rem; padding: 0 .7rem; border: 0; border-radius: calc(var(--_radius) - 3px); background: none; font-weight: 700; color: light-dark(#ffc48f, #8a3a06); }
.toast .round:hover, .undo:hover { background: light-dark(rgb(255 255 255 / .14), rgb(0 0 0 / .1)); }

@media (forced-colors: active) {
  article.unread::before { background: Highlight; forced-color-adjust: none; }
  article.unread { border-inline-start: 3px solid Highlight; }
  .places [aria-pressed='true'] { background: Highlight; color: HighlightText; forced-color-adjust: none; }
  .lamp { forced-color-adjust: none; border-color: CanvasText; }
  .toast, .fresh, .button.first { border: 1px solid ButtonBorder; }
}
`;
