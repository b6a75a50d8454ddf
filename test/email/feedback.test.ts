import { describe, expect, test } from 'vitest';
import { complaint } from '../../src/sandbox/mail-reports.ts';
import { startTestApi } from '../support/api.ts';
import { decisionOf, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { hand, inboundSecret, news, returned, returnPath, sent, state, untouched, world } from './feedback-world.ts';

describe('NC-33: bounced mails (RFC 3464)', () => {
  test('the envelope of each mail names its delivery, signed', async () => {
    const one_ = await sent();
    expect(returnPath(one_)).toMatch(/^bounces\+t1-[0-9a-v]{42}@rowbell\.example$/);
    expect(world.links.readReturn(/\+(.+)@/.exec(returnPath(one_))?.[1] ?? '')).toBe(one_.deliveryId);
    expect(one_.mail.headers['x-rowbell-return']).toBe(/\+(.+)@/.exec(returnPath(one_))?.[1]);
  });

  test('no such mailbox: the delivery failed, the address is suppressed, nothing goes there again', async () => {
    const to = await sent();
    expect((await hand(returned(to))).status).toBe(204);
    expect(await state(to)).toEqual({
      status: 'failed',
      reason: 'unregistered',
      receipts: ['bounced hard 5.1.1'],
      suppressed: 'hard_bounce',
    });
    const event = await tell(world.db, news, [to.id]);
    await planDue(world.db);
    expect(await decisionOf(world.db, event, 'email')).toBe('suppression_list: hard_bounce');
  });

  test.each([
    ['failed', '5.1.1', '550 5.1.1 No such user', 'failed', 'unregistered', 'bounced hard 5.1.1', 'hard_bounce'],
    ['failed', '5.0.0', '550 5.1.10 Null MX', 'failed', 'invalid_address', 'bounced hard 5.1.10', 'hard_bounce'],
    ['failed', '5.0.0', '550 No such user here', 'failed', 'unregistered', 'bounced hard 5.0.0', 'hard_bounce'],
    ['failed', '5.0.0', '550 Nobody listens', 'failed', 'refused', 'bounced soft 5.0.0', null],
    ['failed', '5.2.2', '552 Over quota', 'failed', 'mailbox_full', 'bounced soft 5.2.2', null],
    ['failed', '5.7.1', '554 Spam', 'failed', 'refused', 'bounced soft 5.7.1', null],
    ['failed', '4.4.7', 'delivery time expired', 'failed', 'server_error', 'bounced soft 4.4.7', null],
    ['delayed', '4.4.1', 'no answer from host', 'sent', null, 'deferred 4.4.1', null],
    ['delayed', '5.1.1', 'still trying', 'sent', null, 'deferred 5.1.1', null],
    ['delivered', '2.1.5', '', 'delivered', null, 'delivered 2.1.5', null],
  ] as const)('%s %s (%s)', async (action, status, diagnostic, then, reason, receipt, suppressed) => {
    const to = await sent();
    await hand(returned(to, { action, status, diagnostic }));
    expect(await state(to)).toEqual({ status: then, reason, receipts: [receipt], suppressed });
  });

  test('a delay and then a bounce are two reports; a bounce twice is one', async () => {
    const to = await sent();
    await hand(returned(to, { action: 'delayed', status: '4.4.1', diagnostic: '' }));
    await hand(returned(to));
    await hand(returned(to));
    expect((await state(to)).receipts).toEqual(['bounced hard 5.1.1', 'deferred 4.4.1']);
  });

  test('replayed after operators took the address off the list: it stays off', async () => {
    const to = await sent();
    await hand(returned(to));
    await world.db.owner.query('delete from notify.suppressions');
    await hand(returned(to));
    expect((await state(to)).suppressed).toBeNull();
  });

  test('found by the headers it returns, where it came to another address; by the envelope, where it returns none', async () => {
    const [byHeaders, byEnvelope] = [await sent(), await sent()];
    await hand(returned(byHeaders, { to: 'postmaster@rowbell.example' }));
    expect((await state(byHeaders)).status).toBe('failed');
    await hand(returned(byEnvelope, { to: 'undisclosed@rowbell.example', source: '' }), {
      'x-envelope-to': returnPath(byEnvelope).toUpperCase(),
    });
    expect((await state(byEnvelope)).status).toBe('failed');
  });

  test('spoofed, with another person’s Message-ID and delivery but no signed name: passed over', async () => {
    const to = await sent();
    const tag = /\+(.+)@/.exec(returnPath(to))?.[1] ?? '';
    const other = tag.slice(0, -1) + (tag.endsWith('0') ? '1' : '0');
    for (const forged of [
      returned(to, { to: 'bounces@rowbell.example' }).replaceAll(tag, ''),
      returned(to, { to: `bounces+${other}@rowbell.example` }).replaceAll(tag, other),
      returned(to, { to: `bounces+${to.deliveryId}@rowbell.example` }).replaceAll(tag, to.deliveryId),
    ]) {
      expect((await hand(forged)).status).toBe(204);
    }
    expect(await state(to)).toEqual(untouched);
  });

  test('any other mail, or nonsense, is passed over; too much is refused', async () => {
    const to = await sent();
    for (const body of [
      `To: ${returnPath(to)}\r\nSubject: I am away\r\n\r\nBack on Monday`,
      '',
      '\0\0\0',
      'x'.repeat(100_000),
    ]) {
      expect((await hand(body)).status).toBe(204);
    }
    expect((await hand('x'.repeat(2_000_000)).catch(() => ({ status: 413 }))).status).toBe(413);
    expect(await state(to)).toEqual(untouched);
  });

  test('a stranger’s mail is not taken apart, however it is made; of others the beginning, where a report speaks', async () => {
    const to = await sent();
    const bomb = `Content-Type: message/rfc822\r\n\r\n`.repeat(30_000);
    const stranger = `bounces+t1-${'0'.repeat(42)}@rowbell.example`;
    for (const mail of [`To: ${stranger}\r\n${bomb}`, returned(to, { to: stranger, source: '' })])
      expect((await hand(mail, { 'x-envelope-to': stranger })).status).toBe(204);
    expect(await state(to)).toEqual(untouched);
    expect((await hand(`To: ${returnPath(to)}\r\n${bomb}`)).status).toBe(204);
    expect((await state(to)).receipts).toBeNull();
    expect((await hand(`${returned(to)}${'x'.repeat(900_000)}`)).status).toBe(204);
    expect((await state(to)).status).toBe('failed');
    const late = await sent();
    expect(
      (await hand(returned(late).replace('Content-Type: message/', `X: ${'x'.repeat(70_000)}\r\n$&`))).status,
    ).toBe(204);
    expect(await state(late)).toEqual(untouched);
  });

  test('without the password, or as something else: refused', async () => {
    const to = await sent();
    const answers = [
      await hand(returned(to), { authorization: '' }),
      await hand(returned(to), { authorization: 'Bearer wrong' }),
      await hand(returned(to), { authorization: `Basic ${Buffer.from('user:wrong').toString('base64')}` }),
      await hand(returned(to), { 'content-type': 'text/plain' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 415]);
    expect(await state(to)).toEqual(untouched);
    expect(
      (await hand(returned(to), { authorization: `Basic ${Buffer.from(`mx:${inboundSecret}`).toString('base64')}` }))
        .status,
    ).toBe(204);
    expect((await state(to)).status).toBe('failed');
  });
});

describe('NC-33: complaints (RFC 5965)', () => {
  test.each([
    ['abuse', 'complaint'],
    ['fraud', 'complaint'],
    ['opt-out', 'complaint'],
    ['not-spam', null],
    ['virus', null],
  ])('%s', async (type, suppressed) => {
    const to = await sent();
    const source = (to.mail.raw as { source: string }).source;
    expect((await hand(complaint({ to: 'fbl@rowbell.example', source, type }))).status).toBe(204);
    expect(await state(to)).toEqual({ ...untouched, receipts: suppressed && ['complained'], suppressed });
  });
});

test('NC-33: a report that overtakes the worker’s own write-back is not lost', async () => {
  const to = await sent();
  expect(
    await one(world.db.owner, 'select count(*)::int from notify.receipts where delivery_id = $1', [to.deliveryId]),
  ).toBe(0);
  await Promise.all([hand(returned(to)), hand(returned(to)), hand(returned(to))]);
  expect(await state(to)).toMatchObject({ status: 'failed', receipts: ['bounced hard 5.1.1'] });
});

describe('the sandbox sends mail back', () => {
  const press = (id: number, kind: string) =>
    fetch(new URL('api/mail-reports', world.sandbox.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, kind }),
    });

  test('as a bounce or a complaint, to the API whose links stand in the mail', async () => {
    const settings = world.sandbox.settings;
    const own = await startTestApi(world.db, { EMAIL_INBOUND_SECRET: settings.EMAIL_INBOUND_SECRET ?? '' });
    const [bounced, complained] = [await sent(), await sent()];
    for (const { mail } of [bounced, complained]) {
      const raw = mail.raw as { html: string };
      // The tests' API has a public address that leads nowhere.
      raw.html = raw.html.replaceAll('https://rowbell.example', own.url);
    }
    expect(await (await press(bounced.mail.id, 'bounce')).json()).toEqual({ status: 204 });
    expect(await (await press(complained.mail.id, 'complaint')).json()).toEqual({ status: 204 });
    expect([(await state(bounced)).suppressed, (await state(complained)).suppressed]).toEqual([
      'hard_bounce',
      'complaint',
    ]);
    expect((await press(bounced.mail.id, 'nothing')).status).toBe(400);
    expect((await press(0, 'bounce')).status).toBe(404);
    await own.stop();
  });

  test('and shows it as a browser does, without script or pictures', async () => {
    const { mail } = await sent();
    const page = await fetch(new URL(`mail?id=${mail.id}`, world.sandbox.url));
    expect(page.headers.get('content-security-policy')).toContain("sandbox allow-popups; default-src 'none'");
    expect(await page.text()).toContain('News');
    expect((await fetch(new URL('mail?id=0', world.sandbox.url))).status).toBe(404);
  });
});
