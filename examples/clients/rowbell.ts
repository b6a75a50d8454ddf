import { createRowbell } from '@rowbell/client';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;
const rowbell = createRowbell({ url: ROWBELL_URL, getToken: () => ROWBELL_TOKEN ?? null, locale: 'en' });

const titles = (await rowbell.inbox.page({ first: 20 })).nodes.map((one) => `${one.readAt ? ' ' : '•'} ${one.title}`);
const badge = Math.min((await rowbell.inbox.counts()).unread, 99).toFixed();
const off = (await rowbell.preferences.read()).types.filter(({ enabled }) => !enabled).map(({ typeKey }) => typeKey);
const putBack = await (await rowbell.inbox.change('archive', { filter: { read: false } })).undo();
const { sent, deliveryRate } = await rowbell.analytics.summary({ channels: ['push'] });
const calls = (await rowbell.calls.history({ first: 10 })).nodes.map(({ title, status }) => `${title}: ${status}`);
const devices = (await rowbell.devices.list()).map((one) => `${one.name ?? one.provider}, ${one.seenAt.slice(0, 10)}`);

const pushes = { sent: Number(sent), deliveryRate: deliveryRate ?? 0 };
console.log(JSON.stringify({ titles, badge, off, putBack, pushes, calls, devices }));
