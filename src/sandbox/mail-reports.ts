import type { Entry } from './journal.ts';

/** Mails that come back, as mail servers write them. */

export type DsnOptions = {
  /** The return path it goes to. */
  readonly to: string;
  /** Whose mailbox it is about. */
  readonly recipient: string;
  /** The mail that is returned, as it was; only its headers are. Empty: none. */
  readonly source: string;
  readonly action: 'failed' | 'delayed' | 'delivered';
  /** RFC 3463. */
  readonly status: string;
  readonly diagnostic: string;
};

const boundary = 'rowbell-sandbox-report';
const lines = (...parts: readonly string[]) => parts.join('\r\n');
const headersOf = (source: string) => source.split(/\r?\n\r?\n/, 1)[0] ?? '';

/** A delivery status notification: RFC 3464 in RFC 6522's multipart. */
export function dsn({ to, recipient, source, action, status, diagnostic }: DsnOptions): string {
  return lines(
    'From: Mail Delivery System <mailer-daemon@mx.rowbell.example>',
    `To: ${to}`,
    'Subject: Delivery Status Notification',
    `Date: ${new Date().toUTCString()}`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'This is the mail system of the sandbox. What became of your mail stands below.',
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.rowbell.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${diagnostic}`,
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    headersOf(source),
    '',
    `--${boundary}--`,
    '',
  );
}

/** A complaint: RFC 5965. Feedback loops black out the recipient, and return the mail. */
export function complaint({ to, source, type = 'abuse' }: { to: string; source: string; type?: string }): string {
  return lines(
    'From: Feedback Loop <fbl@mx.rowbell.example>',
    `To: ${to}`,
    'Subject: Complaint',
    `Date: ${new Date().toUTCString()}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=feedback-report; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Somebody called this mail spam.',
    '',
    `--${boundary}`,
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: Sandbox/1.0',
    'Version: 1',
    '',
    `--${boundary}`,
    'Content-Type: message/rfc822',
    '',
    headersOf(source),
    '',
    'redacted',
    '',
    `--${boundary}--`,
    '',
  );
}

export const reportKinds = ['bounce', 'delay', 'complaint'] as const;
export type ReportKind = (typeof reportKinds)[number];

/**
 * Sends back what a mailbox got, to the API whose links stand in it (`POST /email/inbound`), as a mail server in front of
 * the return path would. The status of the answer; null where the mail names no API.
 */
export async function sendBack(entry: Entry, kind: ReportKind, password: string): Promise<number | null> {
  const { source, returnPath, html } = entry.raw as { source: string | null; returnPath: string; html: string | null };
  const api = /href="(https?:\/\/[^"/]+)\/email\/(?:unsubscribe|preferences|verify)\//.exec(html ?? '')?.[1];
  if (!api || source === null) return null;
  const about = { to: returnPath, recipient: entry.address, source };
  const reports: Record<ReportKind, () => string> = {
    bounce: () => dsn({ ...about, action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 No such mailbox' }),
    delay: () => dsn({ ...about, action: 'delayed', status: '4.4.1', diagnostic: '451 4.4.1 No answer from host' }),
    complaint: () => complaint({ to: returnPath, source }),
  };
  const response = await fetch(`${api}/email/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${password}`, 'x-envelope-to': returnPath },
    body: Buffer.from(reports[kind](), 'latin1'),
    signal: AbortSignal.timeout(5_000),
  });
  return response.status;
}
