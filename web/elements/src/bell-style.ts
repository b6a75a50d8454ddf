import { tokens } from './tokens.ts';

export const bellStyle = `${tokens}
:host { display: inline-block; }
button {
  position: relative; display: grid; place-items: center; inline-size: 44px; block-size: 44px; padding: 0;
  border: 0; border-radius: 50%; background: none; color: inherit; cursor: pointer;
}
button:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
svg { inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.badge {
  position: absolute; inset-block-start: 2px; inset-inline-start: 50%; min-inline-size: 1.25rem; padding: 0 .3rem;
  border: 2px solid var(--_surface); border-radius: 1rem; background: var(--_accent); color: var(--_on-accent);
  font: 700 .6875rem/1rem system-ui, sans-serif; font-variant-numeric: tabular-nums; text-align: center;
}
dialog {
  position: fixed; inset-block: 0; inset-inline: auto 0; inline-size: min(460px, 100vw); block-size: 100dvh;
  max-inline-size: none; max-block-size: none; margin: 0; padding: 0; overflow: hidden; border: 0;
  background: var(--_surface); color: var(--_text); box-shadow: 0 0 48px rgb(0 0 0 / .3);
}
dialog::backdrop { background: rgb(0 0 0 / .45); }
@media (max-width: 520px) { dialog { inline-size: 100vw; } }
@media (prefers-reduced-motion: no-preference) {
  dialog[open] { animation: rowbell-in .18s ease-out; }
  @keyframes rowbell-in { from { opacity: 0; transform: translateY(8px); } }
}
@media (forced-colors: active) {
  dialog { border-inline-start: 1px solid CanvasText; }
  .badge { border-color: Canvas; background: Highlight; color: HighlightText; forced-color-adjust: none; }
}
`;
