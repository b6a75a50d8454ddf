import type { Rowbell } from '@rowbell/client';
import { createHooks } from '@rowbell/client/react';
import * as React from 'react';

const { useStore, useInbox, useActivity, useChannel, useAnnouncements } = createHooks(React);
const { createElement: h } = React;

export function Bell({ rowbell }: { rowbell: Rowbell }) {
  const unread = useStore(rowbell.unread);
  const { status } = useStore(rowbell.connection);
  return h('button', { type: 'button', title: status }, `Notifications (${unread ?? 0})`);
}

export function Inbox({ rowbell }: { rowbell: Rowbell }) {
  const { items, fresh, hasMore, list } = useInbox(rowbell, { filter: { places: ['inbox'] } });
  return h(
    'section',
    null,
    fresh > 0 && h('button', { type: 'button', onClick: list.take }, `${fresh} new`),
    items.map(({ id, title, readAt }) =>
      h('article', { key: id, onClick: () => list.change('read', [id]) }, readAt ? title : `• ${title}`),
    ),
    hasMore && h('button', { type: 'button', onClick: list.loadMore }, 'More'),
  );
}

export function Banners({ rowbell }: { rowbell: Rowbell }) {
  const banners = useAnnouncements(rowbell, { channels: ['payments'] });
  return banners.map(({ id, level, title, body }) =>
    h('div', { key: id, role: level === 'critical' ? 'alert' : 'status' }, h('strong', null, title), ' ', body),
  );
}

export function Activity({ rowbell }: { rowbell: Rowbell }) {
  const { items, hasMore, list } = useActivity(rowbell, { first: 10 });
  const payments = useChannel(rowbell, 'payments');
  return h(
    'section',
    null,
    h('p', null, `${payments.items.length} payments, ${payments.fresh} new`),
    items.map(({ id, title, createdAt }) => h('article', { key: id }, `${createdAt.slice(0, 10)} ${title}`)),
    hasMore && h('button', { type: 'button', onClick: list.loadMore }, 'More'),
  );
}
