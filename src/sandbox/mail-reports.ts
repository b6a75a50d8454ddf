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
