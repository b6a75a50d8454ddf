import { beforeAll, describe, expect, test } from 'vitest';
import { decisionOf, makeType, planDue, tell } from '../support/engine-pack.ts';
import { news, type Sent, sent, state, untouched, world } from './feedback-world.ts';
import { answers, call, type Service, services } from './mail-services.ts';

let offers: string;
let security: string;
beforeAll(async () => {
  offers = await makeType(world.db, { channels: ['email'], title: 'Offers' });
  security = await makeType(world.db, { channels: ['email'], title: 'Security' });
  await world.db.owner.query(`update notify.notification_types set locked_channels = '{email}' where key = $1`, [
    security,
  ]);
});

/** What becomes of an event for somebody. */
async function fate(type: string, { id }: Sent): Promise<string> {
  const event = await tell(world.db, type, [id]);
  await planDue(world.db);
  await world.deliver();
  return decisionOf(world.db, event, 'email');
}
const fates = async (to: Sent) => [await fate(news, to), await fate(offers, to), await fate(security, to)];
const off = 'preference: turned_off';

/** Seconds since 1970. */
const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60;
/** Somebody who was sent a mail an hour ago. */
async function sentLongAgo(): Promise<Sent> {
  const to = await sent();
  await world.db.owner.query(`update notify.deliveries set created_at = created_at - interval '1 hour' where id = $1`, [
    to.deliveryId,
  ]);
  return to;
}
const say = (to: Sent, event: string, timestamp: number) =>
  call('sendgrid', services.sendgrid(to, { event, timestamp }));

/** In the app, as the person. */
const choose = ({ id }: Sent, type: string, enabled: boolean) =>
  world.db.owner.query(
    `insert into notify.preferences (user_id, type_key, channel, enabled) values ($1, $2, 'email', $3)
     on conflict (user_id, type_key, channel) do update set enabled = excluded.enabled, source = 'person'`,
    [id, type, enabled],
  );
const choices = async ({ id }: Sent) =>
  (
    await world.db.owner.query(
      `select type_key as type, enabled, source from notify.preferences where user_id = $1 and channel = 'email'
       union all select category, enabled, source from notify.category_preferences where user_id = $1 order by 1`,
      [id],
    )
  ).rows;

describe('NC-32: who leaves by the mail service’s own link', () => {
  const leavings: readonly (readonly [Service, object])[] = [
    ['sendgrid', { event: 'unsubscribe' }],
    ['mailgun', { event: 'unsubscribed' }],
    [
      'postmark',
      {
        RecordType: 'SubscriptionChange',
        SuppressSending: true,
        SuppressionReason: 'ManualSuppression',
        Origin: 'Recipient',
        BouncedAt: undefined,
        ChangedAt: new Date().toISOString(),
      },
    ],
    ['sparkpost', { type: 'list_unsubscribe' }],
    ['sparkpost', { type: 'link_unsubscribe' }],
    ['sparkpost', { type: 'out_of_band', bounce_class: '90' }],
    ['brevo', { event: 'unsubscribed' }],
    ['mailjet', { event: 'unsub', mj_list_id: 1 }],
  ];
  test.each(leavings)('%s: %j: no more mails but locked ones', async (service, event) => {
    const [to, other] = [await sent(), await sent()];
    const request = services[service](to, event);
    for (let n = 0; n < 2; n++) expect((await call(service, request)).status).toBe(answers[service]);
    expect(await fates(to)).toEqual([off, off, 'send']);
    expect(await choices(to)).toEqual([{ type: 'all', enabled: false, source: 'unsubscribe' }]);
    expect(await state(to)).toMatchObject({ status: 'delivered', receipts: ['unsubscribed'], suppressed: null });
    expect(await fate(news, other)).toBe('send');
  });

  const others: readonly (readonly [Service, object])[] = [
    [
      'postmark',
      { RecordType: 'SubscriptionChange', SuppressSending: true, SuppressionReason: 'HardBounce', Origin: 'Recipient' },
    ],
    [
      'postmark',
      {
        RecordType: 'SubscriptionChange',
        SuppressSending: true,
        SuppressionReason: 'ManualSuppression',
        Origin: 'Admin',
      },
    ],
    [
      'postmark',
      { RecordType: 'SubscriptionChange', SuppressSending: false, SuppressionReason: null, Origin: 'Recipient' },
    ],
    // Somebody to whom the mail was forwarded.
    ['sendgrid', { event: 'unsubscribe', email: 'friend@elsewhere.example' }],
    ['sparkpost', { type: 'link_unsubscribe', rcpt_to: 'friend@elsewhere.example' }],
  ];
  test.each(others)('%s: %j: not the reader’s word', async (service, event) => {
    const to = await sent();
    expect((await call(service, services[service](to, event))).status).toBe(answers[service]);
    expect([await state(to), await choices(to)]).toEqual([untouched, []]);
  });

  test('sendgrid: a group: mails like this one, and back again', async () => {
    const to = await sentLongAgo();
    await say(to, 'group_unsubscribe', minutesAgo(2));
    expect(await fates(to)).toEqual([off, 'send', 'send']);
    await say(to, 'group_resubscribe', minutesAgo(1));
    expect(await fates(to)).toEqual(['send', 'send', 'send']);
    expect((await state(to)).receipts).toEqual(['resubscribed', 'unsubscribed']);
  });

  test('what happened last counts, however it is told, and how often', async () => {
    const events = [
      ['group_unsubscribe', 30],
      ['group_resubscribe', 20],
      ['group_unsubscribe', 10],
    ] as const;
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [2, 0, 1],
      [0, 2, 1, 0, 1],
    ];
    for (const order of orders) {
      const to = await sentLongAgo();
      for (const place of order)
        await say(to, ...([events[place]?.[0] ?? '', minutesAgo(events[place]?.[1] ?? 0)] as const));
      expect([order, await choices(to)]).toEqual([order, [{ type: news, enabled: false, source: 'unsubscribe' }]]);
    }
    for (const order of [
      [0, 1],
      [1, 0],
      [1, 0, 1, 0],
    ]) {
      const to = await sentLongAgo();
      for (const place of order)
        await say(to, ...([events[place]?.[0] ?? '', minutesAgo(events[place]?.[1] ?? 0)] as const));
      expect([order, (await choices(to)).filter(({ enabled }) => !enabled)]).toEqual([order, []]);
    }
  });

  test('one batch may have them all: the last word stands', async () => {
    const to = await sentLongAgo();
    const [one] = JSON.parse(services.sendgrid(to, { event: 'x' }).body) as [object];
    const batch = [
      ['group_unsubscribe', 30],
      ['group_resubscribe', 20],
      ['unsubscribe', 10],
      ['group_resubscribe', 25],
    ];
    for (const [event, minutes] of batch) {
      await call('sendgrid', services.sendgrid(to, { ...one, event, timestamp: minutesAgo(Number(minutes)) }));
    }
    expect(await fates(to)).toEqual([off, off, 'send']);
  });

  test('who has switched mails on since, in the app, is not switched off by an old report; a new one is heard', async () => {
    const to = await sentLongAgo();
    await say(to, 'group_unsubscribe', minutesAgo(30));
    await choose(to, news, true);
    await say(to, 'group_unsubscribe', minutesAgo(30));
    await say(to, 'group_unsubscribe', minutesAgo(20));
    await say(to, 'unsubscribe', minutesAgo(20));
    expect(await fates(to)).toEqual(['send', 'send', 'send']);
    // The choice was made some time before the next word, as the clock of the test goes on.
    await world.db.owner.query(
      `update notify.preference_changes set changed_at = now() - interval '15 minutes' where user_id = $1`,
      [to.id],
    );
    await say(to, 'group_unsubscribe', minutesAgo(10));
    expect(await fates(to)).toEqual([off, 'send', 'send']);
  });

  test('to resubscribe takes back what was said there, and not what was switched off in the app', async () => {
    const to = await sentLongAgo();
    await choose(to, news, false);
    await say(to, 'group_resubscribe', minutesAgo(1));
    expect(await fate(news, to)).toBe(off);
  });

  test('of an unknown instant it is as old as the mail: heard once, and never after another word', async () => {
    const to = await sentLongAgo();
    const unknown = services.brevo(to, { event: 'unsubscribed', ts_event: 'some day' });
    await call('brevo', unknown);
    expect(await choices(to)).toEqual([{ type: 'all', enabled: false, source: 'unsubscribe' }]);
    const other = await sentLongAgo();
    await choose(other, offers, true);
    await call('brevo', services.brevo(other, { event: 'unsubscribed', ts_event: null }));
    expect(await fates(other)).toEqual(['send', 'send', 'send']);
  });

  test('of a locked type nobody leaves, of a mail that is none of ours neither', async () => {
    const to = await sent();
    await world.db.owner.query(`update notify.notification_types set locked_channels = '{email}' where key = $1`, [
      news,
    ]);
    await say(to, 'group_unsubscribe', minutesAgo(1));
    expect(await state(to)).toEqual(untouched);
    await world.db.owner.query(`update notify.notification_types set locked_channels = '{}' where key = $1`, [news]);
  });
});

describe('NC-50: opens and clicks that mail services saw', () => {
  const seen: readonly (readonly [Service, object, string | null])[] = [
    ['sendgrid', { event: 'open' }, 'opened'],
    ['sendgrid', { event: 'open', sg_machine_open: true }, null],
    ['sendgrid', { event: 'click', url: 'https://app.example/news' }, 'clicked'],
    ['sendgrid', { event: 'click', url: 'https://rowbell.example/email/unsubscribe/abc' }, null],
    ['mailgun', { event: 'opened' }, 'opened'],
    ['mailgun', { event: 'clicked', 'client-info': { bot: 'apple' } }, null],
    ['postmark', { RecordType: 'Open' }, 'opened'],
    ['postmark', { RecordType: 'Click', OriginalLink: 'https://app.example/' }, 'clicked'],
    ['resend', { type: 'email.opened' }, 'opened'],
    ['resend', { type: 'email.clicked', click: { link: 'https://app.example/' } }, 'clicked'],
    ['sparkpost', { type: 'initial_open' }, 'opened'],
    ['sparkpost', { type: 'open', is_prefetched: true }, null],
    ['sparkpost', { type: 'click', target_link_url: 'https://app.example/' }, 'clicked'],
    ['brevo', { event: 'unique_opened' }, 'opened'],
    ['brevo', { event: 'proxy_open' }, null],
    ['brevo', { event: 'click', link: 'https://app.example/' }, 'clicked'],
    ['mailjet', { event: 'open' }, 'opened'],
    ['mailjet', { event: 'click', url: 'https://app.example/' }, 'clicked'],
  ];
  test.each(seen)('%s: %j: %s, of those who agreed', async (service, event, receipt) => {
    const [agreed, silent] = [await sent(), await sent()];
    await world.db.owner.query(
      'insert into notify.tracking_consents (user_id, granted, source) values ($1, true, $2)',
      [agreed.id, 'person'],
    );
    for (const to of [agreed, silent]) {
      for (let n = 0; n < 2; n++)
        expect((await call(service, services[service](to, event))).status).toBe(answers[service]);
    }
    expect((await state(agreed)).receipts).toEqual(receipt === null ? null : [receipt]);
    expect(await state(silent)).toEqual(untouched);
  });
});
