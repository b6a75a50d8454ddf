/** What SMS and calls need alike. */
export type TwilioOptions = {
  readonly accountSid: string;
  readonly authToken: string;
  /** An E.164 number or a messaging service id (`MG…`). */
  readonly from: string;
  /** Our public origin, to which status callbacks are sent. */
  readonly publicUrl: string;
  /** Another origin than Twilio's, e.g. the sandbox. */
  readonly apiUrl?: string;
  /** Messages in flight at once, and connections kept; 32 unless told. */
  readonly concurrency?: number;
  /** Whole call; 30 000 unless told. */
  readonly timeoutMs?: number;
};
