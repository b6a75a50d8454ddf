import { createRowbell } from '@rowbell/client';
import * as documents from './generated/graphql.ts';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;

const rowbell = createRowbell({ url: ROWBELL_URL, getToken: () => ROWBELL_TOKEN ?? null });

const page = await rowbell.request(documents.PageDocument, {});
const counts = await rowbell.request(documents.CountsDocument, {});
const preferences = await rowbell.request(documents.PreferencesDocument, {});
const archived = await rowbell.request(documents.ArchiveDocument, { filter: { read: false } });
const figures = await rowbell.request(documents.FiguresDocument, {});
const calls = await rowbell.request(documents.CallsDocument, {});
const devices = await rowbell.request(documents.DevicesDocument, {});

console.log(
  JSON.stringify({
    titles: page.inbox.nodes.map(({ title, readAt }) => (readAt ? title : `• ${title}`)),
    badge: Math.min(counts.unreadCount, 99).toFixed(),
    off: preferences.myPreferences.filter(({ enabled }) => !enabled).map(({ typeKey }) => typeKey),
    archived: archived.changeNotifications.result.changed.toFixed(),
    sent: figures.analyticsSummary.sent.padStart(2),
    calls: calls.callHistory.nodes.map(({ title, status }) => `${title}: ${status}`),
    devices: devices.devices.map(({ name, provider, seenAt }) => [name ?? provider, seenAt.slice(0, 10)]),
  }),
);
