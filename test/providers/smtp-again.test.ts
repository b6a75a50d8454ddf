import { expect, test } from 'vitest';
import { messageTo } from '../support/message.ts';
import { ada, mail, received, sendOne } from './smtp-world.ts';

/** What has come, the newest first. */
const sources = () => received().map(({ raw }) => (raw as { source: string }).source);
const dateOf = (source = '') => new Date(/^Date: (.*)$/m.exec(source)?.[1] ?? '');

test('W13: a mail that is sent again is the same mail, with the instant at which its delivery was made', async () => {
  const words = { ...mail, html: '<p>Hello</p>', text: 'Hello' };
  const deliveryId = '0198c2d4-11aa-7b3c-8d4e-5f60718293a4';
  const message = messageTo(ada, { deliveryId, mail: words });
  for (const attempt of [1, 2]) expect(await sendOne({ ...message, attempt })).toMatchObject({ outcome: 'accepted' });
  const [second, first] = sources();
  expect(dateOf(first)).toEqual(new Date('2025-08-19T14:55:34.000Z'));
  expect(first).toMatch(/multipart\/alternative/);
  expect(second).toBe(first);
});

test('W13: an id that says no instant has none of another time', async () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  await sendOne(messageTo(ada, { mail, deliveryId: '0198c2d4-11aa-4b3c-8d4e-5f60718293a4' }));
  const date = dateOf(sources()[0]).getTime();
  expect(date).toBeGreaterThanOrEqual(before);
  expect(date).toBeLessThanOrEqual(Date.now());
});
