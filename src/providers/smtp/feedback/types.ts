/** What became of a mail after the relay had taken it. */
export type Feedback = {
  readonly deliveryId: string;
  readonly kind:
    | 'delivered'
    | 'deferred'
    | 'bounced'
    | 'complained'
    | 'opened'
    | 'clicked'
    /** The reader wants no more mails like this one; `_all`: no more mails. */
    | 'unsubscribed'
    | 'unsubscribed_all'
    /** They took that back. */
    | 'resubscribed';
  /** The reporter's own code: an enhanced status (RFC 3463) where it gives one. */
  readonly code: string | null;
  /** Why, in the vocabulary of docs/provider-errors.md; null where nothing went wrong. */
  readonly reason: string | null;
  /** Of a bounce: the mailbox will never take mail (a hard bounce). */
  readonly isAddressDead: boolean;
  readonly occurredAt: Date | null;
  /** Whom the report is about, as it writes the mailbox; null: it names nobody, and the mail had one recipient. */
  readonly recipient: string | null;
  /** The mailbox that the mail was sent to, where it was led on to `recipient`; null: not said. */
  readonly sentTo: string | null;
};

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as it came: nothing of it is believed yet. */
export type Incoming = { readonly headers: Headers; readonly body: Buffer };

/** Who may report, and how that is proven. */
export type FeedbackSource = {
  /** Path below the public URL. */
  readonly path: string;
  readonly mediaTypes: readonly string[];
  readonly maxBytes: number;
  /**
   * Whether the headers of a request have our secret, asked before its body is read. Without it the proof is a signature
   * over the body, which `receive` looks at.
   */
  readonly isKnown?: (headers: Headers) => boolean;
  /** The status that alone ends their calls; 204 unless told. */
  readonly answer?: 200;
  /** They do not call again after a 5xx, but after a 429. */
  readonly givesUpOn5xx?: true;
  /** What is reported, which may be nothing that concerns us; null where the request does not prove who sends it. */
  receive(incoming: Incoming): Promise<readonly Feedback[] | null>;
};

/** The one value of a header; undefined where it is missing or stands there twice. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
