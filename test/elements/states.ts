import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Told } from './stage.ts';

/** What must be shown without anything that axe-core finds wrong. A test fails where one of them is missing below. */
export const required = [
  'bell: none unread',
  'bell: 3 unread',
  'bell: 99+',
  'empty',
  'nothing matches',
  'loading',
  'error',
  'offline',
  'signed out',
  '1 item',
  '20 items',
  '10 000 items',
  'long words',
  'detail',
  'undo',
  'reconnecting',
  'dark',
  'right to left',
  'French',
  '320 px',
  '400 % zoom',
  'forced colours',
  'reduced motion',
  'touch',
  'in the page',
] as const;

export type State = {
  readonly told?: readonly Told[];
  /** The inbox, opened by the bell unless said. */
  readonly shows?: 'drawer' | 'bell' | 'page';
  readonly lang?: string;
  readonly dir?: 'rtl';
  readonly isSignedOut?: true;
  readonly context?: BrowserContextOptions;
  readonly before?: (page: Page) => Promise<unknown>;
  /** What is done once it is open. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** What is seen when it is there. */
  readonly sign: string;
};

const items = (count: number): readonly Told[] =>
  Array.from({ length: count }, (_, index) => ({
    title: `Payment ${index + 1} received`,
    body: 'We have received your payment of €42.00 for order 1042. Thank you, and see you soon: there is more to come.',
    isRead: index % 3 === 0,
    minutesAgo: (count - index) * (count > 1_000 ? 1 : 7),
  }));
const few = items(3);
const word = 'Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle'.repeat(4);

const answerWith = (answer: 'error' | 'nothing') => (page: Page) =>
  page.route('**/graphql', (route) =>
    answer === 'nothing'
      ? undefined
      : route.fulfill({ status: 500, json: { errors: [{ message: 'No.', extensions: { code: 'INTERNAL' } }] } }),
  );

export const states: Readonly<Record<(typeof required)[number], State>> = {
  'bell: none unread': { shows: 'bell', sign: 'Shop' },
  'bell: 3 unread': { shows: 'bell', told: [{}, {}, {}], sign: '3' },
  'bell: 99+': { shows: 'bell', told: items(200), sign: '99+' },
  empty: { sign: 'You are up to date' },
  'nothing matches': {
    told: few,
    act: (page) => page.getByRole('button', { name: 'Snoozed' }).click(),
    sign: 'Nothing matches',
  },
  loading: { told: few, before: answerWith('nothing'), sign: 'Loading …' },
  error: { told: few, before: answerWith('error'), sign: 'Your notifications could not be loaded.' },
  offline: {
    told: few,
    before: answerWith('nothing'),
    act: (page) => page.context().setOffline(true),
    sign: 'Your notifications will appear when you are online again.',
  },
  'signed out': { isSignedOut: true, sign: 'Sign in to see your notifications.' },
  '1 item': { told: items(1), sign: 'Payment 1 received' },
  '20 items': { told: items(20), sign: 'Payment 20 received' },
  '10 000 items': { told: items(10_000), sign: 'Payment 10000 received' },
  'long words': { told: [{ title: word, body: word }, ...few], act: open('Donau'), sign: word },
  detail: {
    told: [
      ...few,
      {
        title: 'New device signed in',
        body: 'Firefox on Linux, Lisbon.\n\nIf this was not you, say so.',
        data: { actions: [{ key: 'no', title: 'It was not me', url: '/devices' }] },
      },
    ],
    act: open('New device'),
    sign: 'It was not me',
  },
  undo: {
    told: few,
    act: (page) => page.getByRole('article').first().getByRole('button', { name: 'Archive' }).click(),
    sign: 'Undo',
  },
  reconnecting: {
    told: few,
    before: (page) => page.routeWebSocket('**/graphql', (socket) => socket.close({ code: 1013 })),
    sign: 'Payment 3 received',
  },
  dark: { told: items(20), context: { colorScheme: 'dark' }, act: archiveFirst, sign: 'Undo' },
  'right to left': { told: items(8), dir: 'rtl', act: archiveFirst, sign: 'Undo' },
  French: { told: items(8), lang: 'fr', sign: 'Non lues' },
  '320 px': { told: items(20), context: { viewport: { width: 320, height: 640 } }, act: archiveFirst, sign: 'Undo' },
  // What 1 280 px are at 400 %.
  '400 % zoom': {
    told: items(20),
    context: { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
    sign: 'Payment 20 received',
  },
  'forced colours': { told: items(8), context: { forcedColors: 'active' }, sign: 'Payment 8 received' },
  'reduced motion': { told: items(8), context: { reducedMotion: 'reduce' }, sign: 'Payment 8 received' },
  touch: {
    told: items(8),
    context: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } },
    sign: 'Payment 8 received',
  },
  'in the page': { shows: 'page', told: items(8), sign: 'Payment 8 received' },
};

function open(title: string) {
  return (page: Page) => page.getByRole('article', { name: title }).locator('.open').click();
}
function archiveFirst(page: Page) {
  return page.getByRole('article').nth(1).getByRole('button', { name: 'Archive' }).click();
}
