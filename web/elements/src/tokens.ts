/** Colours and measures that all elements share. `--rowbell-…` of the page win over ours. */
export const tokens = `
:host {
  color-scheme: light dark;
  --_accent: var(--rowbell-accent, light-dark(#a8480b, #f4a261));
  --_on-accent: var(--rowbell-on-accent, light-dark(#fff, #221305));
  --_surface: var(--rowbell-surface, light-dark(#fff, #1b1e24));
  --_raised: var(--rowbell-raised, light-dark(#f5f4f2, #262a32));
  --_unread: var(--rowbell-unread, light-dark(#fdf6ef, #23262e));
  --_text: var(--rowbell-text, light-dark(#1d1b19, #eeeef0));
  --_quiet: var(--rowbell-quiet, light-dark(#5f5a54, #b0b4bd));
  --_line: var(--rowbell-line, light-dark(#e4e1dc, #353a44));
  --_control: var(--rowbell-control, light-dark(#87817a, #7d8492));
  --_good: var(--rowbell-good, light-dark(#1a7f4b, #5cc98f));
  --_radius: var(--rowbell-radius, 10px);
  font: var(--rowbell-font, 400 1rem/1.45 system-ui, sans-serif);
}
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.apart {
  position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
`;
