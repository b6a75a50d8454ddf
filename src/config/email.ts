import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { LinkKey } from '../links.ts';
import type { Reader } from './reader.ts';

export type EmailConfig = {
  /** What links in emails are signed with: the first signs, all verify. Null: no email. */
  readonly linkKeys: readonly [LinkKey, ...LinkKey[]] | null;
  /** Null without credentials; half of them is a problem. */
  readonly smtp: {
    readonly url: string;
    readonly from: string;
    readonly returnPath: string | null;
    readonly ca: string | null;
    readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
  } | null;
  /** Who may report what became of an email after it was sent; null for each that is not used. */
  readonly feedback: {
    /** Password of whoever hands in bounced mails. */
    readonly inboundSecret: string | null;
    /** SNS topics that Amazon SES reports to. */
    readonly sesTopics: readonly string[] | null;
    /** SendGrid's verification key: a P-256 public key, base64 DER. */
    readonly sendgridKey: string | null;
    /** Password in the webhook's URL at Postmark. */
    readonly postmarkSecret: string | null;
    readonly mailgunKey: string | null;
    /** Signing secret of the webhook at Resend. */
    readonly resendSecret: string | null;
    /** Passwords in the webhooks' URLs at these. */
    readonly sparkpostSecret: string | null;
    readonly brevoSecret: string | null;
    readonly mailjetSecret: string | null;
  };
};

export function readEmail({ group, parse, plain, pem, url, certificate, longSecret }: Reader): EmailConfig {
  const dkim = group('DKIM', ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'], () => ({
    domain: plain('DKIM_DOMAIN'),
    selector: plain('DKIM_SELECTOR'),
    privateKey: pem('DKIM_PRIVATE_KEY', '') ?? '',
  }));
  return {
    linkKeys: parse('LINK_KEYS', z.string().transform(parseLinkKeys), linkKeysForm),
    smtp: group(
      'SMTP',
      ['SMTP_URL', 'MAIL_FROM'],
      () => ({
        url: url('SMTP_URL', /^smtps?:\/\//, 'an smtp or smtps address') ?? '',
        from:
          parse(
            'MAIL_FROM',
            z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/),
            'a mailbox such as Rowbell <hello@example.com>',
          ) ?? '',
        returnPath: parse(
          'MAIL_RETURN_PATH',
          z.string().regex(/^[\w.-]{1,12}@[\w.-]+$/),
          'a mailbox with at most 12 characters before the @, such as bounces@example.com',
        ),
        ca: certificate('SMTP_CA'),
        dkim,
      }),
      ['DKIM_DOMAIN', 'MAIL_RETURN_PATH'],
    ),
    feedback: {
      inboundSecret: longSecret('EMAIL_INBOUND_SECRET'),
      sesTopics: parse(
        'SES_TOPIC_ARNS',
        z
          .string()
          .regex(/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+(\s*,\s*arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+)*$/)
          .transform((value) => value.split(/\s*,\s*/)),
        'ARNs of SNS topics, with commas between them',
      ),
      sendgridKey: parse(
        'SENDGRID_WEBHOOK_KEY',
        z.string().refine(isP256Key),
        'the verification key SendGrid shows: a P-256 public key, base64',
      ),
      postmarkSecret: longSecret('POSTMARK_WEBHOOK_SECRET'),
      mailgunKey: longSecret('MAILGUN_SIGNING_KEY'),
      resendSecret: parse(
        'RESEND_WEBHOOK_SECRET',
        z.string().regex(/^whsec_(?:[A-Za-z0-9+/]{4}){5,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
        'the signing secret Resend shows: whsec_ and at least 16 bytes in base64',
      ),
      sparkpostSecret: longSecret('SPARKPOST_WEBHOOK_SECRET'),
      brevoSecret: longSecret('BREVO_WEBHOOK_SECRET'),
      mailjetSecret: longSecret('MAILJET_WEBHOOK_SECRET'),
    },
  };
}

const linkKeysForm = 'keys such as k2:…,k1:…, an id of up to 8 small letters or digits and at least 32 characters each';

function parseLinkKeys(value: string, context: z.RefinementCtx): readonly [LinkKey, ...LinkKey[]] {
  const keys = value.split(',').map((key) => /^\s*([a-z0-9]{1,8}):([^\s,]{32,})\s*$/.exec(key));
  const ids = new Set(keys.map((key) => key?.[1]));
  const [first, ...rest] = keys.map((key) => ({ id: key?.[1] ?? '', secret: key?.[2] ?? '' }));
  if (first && keys.every(Boolean) && ids.size === keys.length) return [first, ...rest];
  context.addIssue({ code: 'custom', message: linkKeysForm });
  return z.NEVER;
}

function isP256Key(value: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
