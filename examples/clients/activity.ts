import { createRowbell } from '@rowbell/client';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;
const rowbell = createRowbell({ url: ROWBELL_URL, getToken: () => ROWBELL_TOKEN ?? null });

const activity = rowbell.activity({ types: ['login', 'api_key'] });
const stopActivity = activity.subscribe(() => {
  const { items, fresh } = activity.get();
  console.log(`${items.length} log-ins and keys, ${fresh} new above them`);
});

const payments = rowbell.channel('payments');
const stopPayments = payments.subscribe(() => console.log(payments.get().items[0]?.title ?? 'no payments'));

const banners = rowbell.announcements({ channels: ['payments'] });
const stopBanners = banners.subscribe(() => {
  for (const { level, title, action } of banners.get()) console.log(`${level}: ${title} ${action?.url ?? ''}`);
});

// Ends when what it tells is no longer read.
process.stdin.resume().once('end', () => {
  for (const one of [stopActivity, stopPayments, stopBanners]) one();
});
