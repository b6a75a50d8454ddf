import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { listen } from '../../src/sandbox/server.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { startChromium } from '../support/chromium.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

export let db: TestDatabase;
export let api: TestApi;
export let browser: Browser;
let server: Server;
let origin: string;

export type PageOptions = {
  readonly element?: 'bell' | 'inbox';
  readonly lang?: string;
  readonly dir?: 'ltr' | 'rtl';
  readonly context?: BrowserContextOptions;
  /** What happens to the page before it is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
};

/** A page of somebody's, under the strictest policy that the elements are promised to live with: docs/elements.md. */
const policy = (): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${api.url}`,
    `connect-src 'self' ${api.url} ${api.url.replace('http', 'ws')}`,
    "style-src 'self'",
    'img-src data:',
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');

const html = (query: URLSearchParams): string => `<!doctype html>
<html lang="${query.get('lang')}" dir="${query.get('dir')}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Shop</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"><script src="/watch.js"></script>
<header><h1>Shop</h1><rowbell-bell></rowbell-bell></header>
<main>${query.get('element') === 'inbox' ? '<rowbell-inbox></rowbell-inbox>' : '<p>The page of the application.</p><a href="#more">More</a>'}</main>
<script type="module" src="/page.js"></script></html>`;

const css = `:root { color-scheme: light dark; } body { margin: 0; font: 16px/1.5 system-ui; background: light-dark(#f3f2f0, #131519); }
header { display: flex; justify-content: space-between; align-items: center; padding: 0 16px; } h1 { font-size: 1.2rem; }
main { padding: 16px; } rowbell-inbox { block-size: 600px; }`;

const watch = `globalThis.broken = [];
addEventListener('securitypolicyviolation', ({ violatedDirective, sample, sourceFile }) => broken.push(violatedDirective + ' ' + sample + ' ' + sourceFile));
addEventListener('error', ({ message }) => broken.push(message));
addEventListener('unhandledrejection', ({ reason }) => broken.push(String(reason)));
globalThis.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });`;

const script = (): string => `import { configure } from '${api.url}/web/elements.js';
configure({ url: '${api.url}/graphql', getToken: async () => (await (await fetch('/token')).text()) || null });`;

/** Who is signed in on all pages; empty: nobody. */
let token = '';

export function useStage(): void {
  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://page');
      const files: Record<string, readonly [string, () => string]> = {
        '/page.css': ['text/css', () => css],
        '/watch.js': ['text/javascript', () => watch],
        '/page.js': ['text/javascript', script],
        '/token': ['text/plain', () => token],
      };
      const [type, text] = files[url.pathname] ?? ['text/html', () => html(url.searchParams)];
      response.setHeader('content-security-policy', policy());
      response.setHeader('cache-control', 'no-store');
      response.setHeader('content-type', type).end(text());
    });
    origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
    [db, browser] = await Promise.all([createDatabase(), startChromium()]);
    api = await startTestApi(db, { WEB_ORIGINS: origin });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await api?.stop();
    await db?.drop();
  });
}

/** Signs somebody new in; who it is. */
export async function signIn(): Promise<string> {
  const userId = await createUser(db);
  token = await signToken(userId, { sid: crypto.randomUUID() });
  return userId;
}
export function signOut(): void {
  token = '';
}

const opened: Page[] = [];
afterEach(async () => {
  for (const page of opened.splice(0)) await page.context().close();
});

export async function openPage({
  element = 'bell',
  lang = 'en',
  dir = 'ltr',
  context,
  before,
}: PageOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1_100, height: 760 }, ...context })).newPage();
  opened.push(page);
  await before?.(page);
  await page.goto(`${origin}/?${new URLSearchParams({ element, lang, dir })}`);
  return page;
}

/** What the policy refused, and what was thrown. */
export async function expectUnbroken(page: Page): Promise<void> {
  expect(await page.evaluate('broken')).toEqual([]);
}

export type Told = {
  readonly title?: string;
  readonly body?: string;
  readonly data?: object;
  readonly isRead?: boolean;
  readonly minutesAgo?: number;
};

/** Notifications of one person, in one statement; the ids, the oldest first. */
export async function tell(userId: string, told: readonly Told[]): Promise<string[]> {
  const { rows } = await db.owner.query<{ id: string }>(
    `insert into notify.notifications (id, event_id, recipient_id, type_key, priority, title, body, data, created_at, seen_at, read_at, expires_at, told_at)
     select uuidv7(-1 * r.ago), uuidv7(), $1, 'test_push', 'P0', coalesce(r.title, 'A title'), coalesce(r.body, 'A body'), coalesce(r.data, '{}'),
       now() - r.ago, case when r."isRead" then now() end, case when r."isRead" then now() end, now() + interval '1 day', now()
     from rows from (jsonb_to_recordset($2) as (title text, body text, data jsonb, "isRead" boolean, "minutesAgo" integer)) with ordinality as t,
       lateral (select t.*, coalesce(t."minutesAgo", 0) * interval '1 minute' as ago) as r
     order by r.ordinality
     returning id`,
    [userId, JSON.stringify(told)],
  );
  return rows.map(({ id }) => id);
}
