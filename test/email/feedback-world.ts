import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { dsn } from '../../src/sandbox/mail-reports.ts';
import { forget, makePerson, makeType, tell } from '../support/engine-pack.ts';
import { type Received, startWorld, type World } from './world.ts';

/**
 * What the tests of bounces and complaints begin with. A test file that imports this has a database of its own:
 * the hooks here are its hooks.
 */

export const inboundSecret = 'a password of the tests';

export const mailgunKey = 'a signing key of the tests';

export const resendSecret = `whsec_${Buffer.from('a signing secret of the tests').toString('base64')}`;

export const sparkpostSecret = 'a password at sparkpost';

export const brevoSecret = 'a password at brevo';

export const mailjetSecret = 'a password at mailjet';

export const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export let world: World;

export let news: string;

beforeAll(async () => {
  world = await startWorld({
    EMAIL_INBOUND_SECRET: inboundSecret,
    POSTMARK_WEBHOOK_SECRET: inboundSecret,
    MAILGUN_SIGNING_KEY: mailgunKey,
    RESEND_WEBHOOK_SECRET: resendSecret,
    SPARKPOST_WEBHOOK_SECRET: sparkpostSecret,
    BREVO_WEBHOOK_SECRET: brevoSecret,
    MAILJET_WEBHOOK_SECRET: mailjetSecret,
    SENDGRID_WEBHOOK_KEY: sendgrid.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  });
  news = await makeType(world.db, { channels: ['email'], title: 'News' });
});

afterAll(() => world.close());

beforeEach(() => forget(world.db));

export let people = 0;

export type Sent = {
  readonly id: string;
  readonly address: string;
  readonly deliveryId: string;
  readonly mail: Received;
};

/** Somebody who was sent a mail. */
export async function sent(): Promise<Sent> {
  const address = `reader${++people}@example.com`;
  const id = await makePerson(world.db, { devices: [], email: address });
  await tell(world.db, news, [id]);
  const [mail] = await world.deliver();
  if (!mail) throw new Error('no mail');
  return { id, address, deliveryId: mail.deliveryId ?? '', mail };
}

export const state = async ({ deliveryId }: Sent) =>
  (
    await world.db.owner.query(
      `select d.status, d.reason, array_agg(r.kind || coalesce(' ' || r.bounce_type, '') || coalesce(' ' || r.code, '') order by r.kind) filter (where r.kind is not null) as receipts,
       (select s.reason from notify.suppressions as s where s.channel = 'email' and s.address = d.address) as suppressed
     from notify.deliveries as d left join notify.receipts as r on r.delivery_id = d.id where d.id = $1 group by d.id`,
      [deliveryId],
    )
  ).rows[0];

export const untouched = { status: 'sent', reason: null, receipts: null, suppressed: null };

export const returnPath = ({ mail }: Sent) => (mail.raw as { returnPath: string }).returnPath;

export const hand = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${world.api.url}/email/inbound`, {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${inboundSecret}`, ...headers },
  });

export const returned = (to: Sent, changes: Partial<Parameters<typeof dsn>[0]> = {}) =>
  dsn({
    to: returnPath(to),
    recipient: to.address,
    source: (to.mail.raw as { source: string }).source,
    action: 'failed',
    status: '5.1.1',
    diagnostic: '550 5.1.1 No such user',
    ...changes,
  });
