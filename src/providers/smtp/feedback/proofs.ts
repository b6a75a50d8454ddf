import { createHmac, createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { isRecent, isSame, parseJson, passwordOf } from './common.ts';
import type { Proof } from './service.ts';
import { headerOf } from './types.ts';

/** What signs nothing has a password in its address (`https://any:SECRET@host/…`), as a bearer's token, or in a header of its own. */
export const hasPassword = (secret: string, ownHeader?: string): Proof => ({
  isKnown: (headers) =>
    isSame(passwordOf(headerOf(headers, 'authorization')), secret) ||
    (ownHeader !== undefined && isSame(headerOf(headers, ownHeader) ?? '', secret)),
});

/**
 * Standard Webhooks, as Svix signs them, whose headers have its name. Each attempt is signed anew, so one of more than five minutes ago
 * is nobody's. While a secret is being changed there are two signatures.
 * https://docs.svix.com/receiving/verifying-payloads/how-manual
 *
 * @param secret `whsec_` and the key in base64
 */
export function signedBySvix(secret: string): Proof {
  const webhook = new Webhook(secret);
  return {
    isSigned({ headers, body }) {
      const said = (name: string) => headerOf(headers, `svix-${name}`) ?? headerOf(headers, `webhook-${name}`) ?? '';
      const named = Object.fromEntries(['id', 'timestamp', 'signature'].map((name) => [`webhook-${name}`, said(name)]));
      try {
        webhook.verify(body, named, { jsonParse: false });
        return true;
      } catch {
        return false;
      }
    },
  };
}

/**
 * SendGrid's signed event webhook: ECDSA over P-256 and SHA-256, of the timestamp's header and the body as it came.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 *
 * @param publicKey the verification key, base64 DER
 */
export function signedBySendgrid(publicKey: string): Proof {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return {
    isSigned({ headers, body }, now) {
      const signature = headerOf(headers, 'x-twilio-email-event-webhook-signature') ?? '';
      const at = headerOf(headers, 'x-twilio-email-event-webhook-timestamp') ?? '';
      const signed = Buffer.concat([Buffer.from(at), body]);
      return verify('sha256', signed, key, Buffer.from(signature, 'base64')) && isRecent(Number(at) * 1000, now);
    },
  };
}

const mailgunBody = z.looseObject({
  signature: z.object({ timestamp: z.string(), token: z.string(), signature: z.string() }),
  'event-data': z.unknown(),
});

/**
 * Mailgun's webhooks: HMAC-SHA256 of timestamp and token, beside the data and not over it, so whoever sees one request
 * could put other data to it within a day; hence https.
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export function signedByMailgun(signingKey: string): Proof {
  /** Tokens seen lately: each is good for one body. */
  const seen = new Map<string, string>();
  return {
    isSigned({ body }, now) {
      const parsed = mailgunBody.safeParse(parseJson(body));
      if (!parsed.success) return false;
      const { timestamp, token, signature } = parsed.data.signature;
      const expected = createHmac('sha256', signingKey)
        .update(timestamp + token)
        .digest('hex');
      if (!isSame(signature, expected) || !isRecent(Number(timestamp) * 1000, now)) return false;
      const event = JSON.stringify(parsed.data['event-data']);
      if ((seen.get(token) ?? event) !== event) return false;
      seen.set(token, event);
      if (seen.size > 10_000) seen.delete(seen.keys().next().value as string);
      return true;
    },
  };
}
