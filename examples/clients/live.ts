import { createRowbell } from '@rowbell/client';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;
const rowbell = createRowbell({ url: ROWBELL_URL, getToken: () => ROWBELL_TOKEN ?? null });

const stopTelling = rowbell.on('notification', ({ title }) => console.log(`new: ${title}`));

const inbox = rowbell.inbox({ filter: { read: false } });
const stop = inbox.subscribe(() => {
  const { items, unread, fresh } = inbox.get();
  console.log(`${items.length} shown, ${fresh} new above them, ${unread} unread`);
});

const stopState = rowbell.connection.subscribe(() => console.log(rowbell.connection.get().status));

// Ends when what it tells is no longer read.
process.stdin.resume().once('end', () => {
  for (const one of [stopTelling, stop, stopState]) one();
});
