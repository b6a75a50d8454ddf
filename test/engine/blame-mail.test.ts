import { expect, test } from 'vitest';
import { rejectionOf } from '../../src/providers/smtp/classify.ts';
import { accepted, endPauses, makeDue, paused, people, retired, send, statusOf, tellOn } from './blame-world.ts';

const answered = (response: string, command = 'RCPT TO') =>
  rejectionOf(
    { code: 'EENVELOPE', responseCode: Number(response.slice(0, 3)), response, command },
    { letIn: true, handedOver: false, timedOut: false },
  );

const ofUs = [
  '550 Service unavailable, client host [192.0.2.7] blocked using zen.spamhaus.org',
  "550 DY-001 (COL004-MC5F22) Unfortunately, messages from 192.0.2.7 weren't sent.",
  '554 Transaction failed',
  '550 5.1.1 Rejected: 192.0.2.7 is on our DNSBL (no such user)',
  '550 No',
  '553 sorry, your mailserver is rejected by see http://spamcop.net',
];

test.each(ofUs)('W05: the relay is on a block list: it rests, and everybody keeps their mailbox: %s', async (reply) => {
  const readers = await people(15, 'smtp');
  await tellOn('email', ...readers);
  expect(await send('smtp', () => answered(reply))).toBe(15);
  expect(await paused()).toEqual(['smtp: suspect_rejections']);
  expect(await retired()).toEqual([]);
  for (const reader of readers) expect(await statusOf(reader)).toMatchObject([{ status: 'queued' }]);
  await endPauses();
  await makeDue();
  await send('smtp', () => accepted);
  await makeDue();
  await send('smtp', () => accepted);
  expect(await paused()).toEqual([]);
  for (const reader of readers) expect(await statusOf(reader)).toMatchObject([{ status: 'sent' }]);
});

test.each(ofUs)('W05: said of one among others it fails that mail and nothing else: %s', async (reply) => {
  const [unlucky, ...others] = await people(4, 'smtp');
  if (!unlucky) throw new Error('nobody');
  await tellOn('email', unlucky, ...others);
  await send('smtp', ({ recipientId }) => (recipientId === unlucky.id ? answered(reply) : accepted));
  expect(await paused()).toEqual([]);
  expect(await retired()).toEqual([]);
  expect(await statusOf(unlucky)).toMatchObject([{ status: 'failed' }]);
});

test.each([
  '550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in relay recipient table',
  '550 No such user here',
  '550 #5.1.0 Address rejected.',
  '550 5.2.1 The email account that you tried to reach is disabled.',
  "554 delivery error: dd This user doesn't have a yahoo.com account",
])('W05, W06: words and codes of a mailbox that is gone retire it at once: %s', async (reply) => {
  const [gone] = await people(1, 'smtp');
  if (!gone) throw new Error('nobody');
  await tellOn('email', gone);
  await send('smtp', () => answered(reply));
  expect(await retired()).toEqual([gone.address]);
});

test.each([
  '550 5.4.6 Hop count exceeded - possible mail loop',
  '550 5.3.0 Blocked - see https://ipremoval.example',
  '550 5.3.1 Mail system full',
  '550 5.6.11 Message contains bare LF',
  '550 5.7.1 Message rejected: no such user may write here',
  '550 5.5.1 Too many recipients this hour, try again later',
  '550 5.1.8 Access denied, bad outbound sender',
  '550 5.2.2 over quota',
  '550-Verification failed for <bounces@rowbell.example>\n550-No Such User Here\n550 Sender verify failed',
  '451 5.1.1 No such user, as it looks',
  '550 Unable to verify sender: no such user',
  '550 Invalid user credentials',
  '550 Too many invalid recipients',
  '550 Message headers invalid',
])('W06: other classes retire nobody: %s', async (reply) => {
  const [reader] = await people(1, 'smtp');
  if (!reader) throw new Error('nobody');
  await tellOn('email', reader);
  await send('smtp', () => answered(reply));
  expect(await retired()).toEqual([]);
});
