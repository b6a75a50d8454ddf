/** What was decided of a candidate at an instant, by whomever it is told. */
export type Step = {
  readonly at: string;
  readonly outcome: string;
  readonly rule: string | null;
  readonly reason: string | null;
  /** Of what waits: until when; null where nobody knows. */
  readonly until: string | null;
};
/** A step that was seen to happen, by its place among all that happened in the world. */
export type Happened = Step & { readonly nth: number };
/** How the digest was closed that a candidate was gathered in: with it, in whose event it then went on, or without. */
export type Closing = { readonly nth: number; readonly at: string; readonly event: string | null };

/** One candidate from its event to the last that could become of it. */
export type Chain = {
  readonly event: string;
  readonly person: string;
  readonly channel: string;
  readonly type: string;
  /** What was predicted just before it was emitted; null for a digest's own. */
  readonly predicted: readonly Step[] | null;
  /** What happened before this could not know what the prediction did not know. */
  readonly since: number;
  readonly happened: Happened[];
  closing: Closing | null;
};
export const nameOf = ({ event, person, channel }: Pick<Chain, 'event' | 'person' | 'channel'>): string =>
  `${event} ${person} ${channel}`;
