import { html, type TemplateResult } from 'lit';

const paths = {
  readAll: 'm2 13 4 4L15 7m-4 9 1 1 10-10',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M19 12H5m7-7-7 7 7 7',
  read: 'm4 13 5 5L20 7',
  unread: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z',
  archive: 'M4 8v11h16V8M3 4h18v4H3Zm7 8h4',
  unarchive: 'M4 8v11h16V8M3 4h18v4H3Zm9 13v-6m-3 3 3-3 3 3',
  delete: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5m4-5v5',
  bell: 'M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Zm4 10a2 2 0 0 0 4 0',
  cloud: 'M7 18a4 4 0 0 1-.6-8A6 6 0 0 1 18 9.500a4 4 0 0 1 0 8.500ZM3 3l18 18',
  lock: 'M6 11h12v9H6Zm2 0V8a4 4 0 0 1 8 0v3',
  warning: 'M12 4 2.500 20h19ZM12 10v4m0 3v.1',
} as const;

export type IconName = keyof typeof paths;

/** A picture beside words, or on a button that has a name. */
export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true"><path d=${paths[name]}></path></svg>`;
