import type { z } from 'zod';
import { deliveryIn, fine, instantOf, parseJson, refusalOf, verdictOf, wordIn } from './common.ts';
import type { Feedback, FeedbackSource, Headers, Incoming } from './types.ts';

/** What an event of a mail service says of a mail. */
export type Meaning =
  | Exclude<Feedback['kind'], 'bounced'>
  /** Sent back: whether the mailbox is gone, the remote server's words say. */
  | 'bounced'
  /** Sent back, and for good as the service has it. The remote server's words are closer, where there are any. */
  | 'bounced_hard'
  /** Sent back, or not even tried, though the mailbox may be there. */
  | 'bounced_soft'
  /** Not even tried: the service remembers that the mailbox is gone. */
  | 'remembered'
  /** Known, and nothing that is kept here. */
  | 'nothing';

/** One event, in our words. */
export type ServiceEvent = {
  /** Its kind, as the service spells it. */
  readonly name: string;
  /** What it means where its kind alone does not tell. */
  readonly meaning?: Meaning | undefined;
  /** Where the delivery stands, first come first served: what we gave along, then the Message-ID. */
  readonly delivery: readonly unknown[];
  readonly recipient?: string | null | undefined;
  readonly at?: unknown;
  /** An enhanced status (RFC 3463). */
  readonly status?: string | null | undefined;
  /** The remote server's words. */
  readonly text?: string | undefined;
  /** The service's own word for it, where the remote server's have no code. */
  readonly code?: string | null | undefined;
  /** Where a click led. */
  readonly link?: string | null | undefined;
};

export type Service = {
  readonly maxBytes: number;
  /** Its kinds of events and what each means. One that is missing is logged, and taken all the same. */
  readonly meanings: Readonly<Record<string, Meaning>>;
  readonly event: z.ZodType<ServiceEvent>;
  /** The events of a body: a list of them, or one. */
  readonly unwrap?: (body: unknown) => unknown;
  /** What tells it that it need not call again; 204 where any 2xx does. */
  readonly answer?: 200;
  /** It gives a 5xx up and calls again after a 429. */
  readonly givesUpOn5xx?: true;
};

/** How a service proves itself: with a secret in the headers, or by a signature that is over the body. */
export type Proof =
  | { readonly isKnown: (headers: Headers) => boolean }
  | { readonly isSigned: (incoming: Incoming, now: number) => boolean };

export type ServiceOptions = {
  /** Told of a kind of events that its table does not know. */
  readonly noteUnknown: (service: string, event: string) => void;
  readonly now?: () => number;
};

/** A mail service that reports by webhook. All that differs between services stands in their tables. */
export function createServiceSource(
  name: string,
  service: Service,
  proof: Proof,
  { noteUnknown, now = Date.now }: ServiceOptions,
): FeedbackSource {
  const { maxBytes, answer, givesUpOn5xx, unwrap = (body) => body } = service;
  return {
    path: `/callbacks/${name}`,
    mediaTypes: ['application/json'],
    maxBytes,
    ...(answer && { answer }),
    ...(givesUpOn5xx && { givesUpOn5xx }),
    ...('isKnown' in proof && { isKnown: proof.isKnown }),
    async receive(incoming) {
      if ('isSigned' in proof && !proof.isSigned(incoming, now())) return null;
      const unknown = new Set<string>();
      // One event that cannot be read says nothing of the others.
      const feedbacks = [unwrap(parseJson(incoming.body))].flat().flatMap((said): readonly Feedback[] => {
        const event = service.event.safeParse(said).data;
        if (!event) return [];
        const meaning = event.meaning ?? wordIn(service.meanings, event.name);
        // It may be anything: the log takes no texts.
        if (!meaning) unknown.add(/^[\w.-]{1,60}$/.test(event.name) ? event.name : '?');
        const feedback = meaning ? feedbackOf(event, meaning) : null;
        return feedback ? [feedback] : [];
      });
      for (const event of unknown) noteUnknown(name, event);
      return feedbacks;
    },
  };
}

/** The pages of ours that a link to leave, and not to something that was told of, opens. */
const leaves = /\/email\/(?:unsubscribe|preferences|verify)\//;

function feedbackOf(event: ServiceEvent, meaning: Meaning): Feedback | null {
  const deliveryId = event.delivery.map(deliveryIn).find((id) => id !== null);
  if (!deliveryId || meaning === 'nothing') return null;
  if (meaning === 'clicked' && leaves.test(event.link ?? '')) return null;
  const { status = null, text = '', code = null } = event;
  const about = { deliveryId, occurredAt: instantOf(event.at), recipient: event.recipient ?? null, sentTo: null };
  switch (meaning) {
    case 'deferred':
    case 'bounced':
    case 'bounced_hard':
    case 'bounced_soft':
    case 'remembered': {
      const said = meaning === 'bounced_hard' ? verdictOf(true, status, text) : refusalOf(status, text);
      const isDead = meaning === 'remembered' || (meaning.startsWith('bounced') && said.isAddressDead);
      return {
        ...about,
        kind: meaning === 'deferred' ? 'deferred' : 'bounced',
        code: said.code ?? code,
        reason: meaning === 'remembered' ? 'unregistered' : said.reason,
        isAddressDead: isDead && meaning !== 'bounced_soft',
      };
    }
    default:
      return { ...about, kind: meaning, ...fine };
  }
}
