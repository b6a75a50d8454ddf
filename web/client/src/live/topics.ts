import * as documents from '../documents.ts';
import { channelOf, type Topic } from './frames.ts';

type Subscription = {
  readonly document: { toString(): string };
  readonly variables: object;
  /** Where the frame is in an answer. */
  readonly field: string;
};

/** What is subscribed to for a topic. */
export function subscriptionOf(topic: Topic, after: string | null): Subscription {
  const name = channelOf(topic);
  if (name !== null) return { document: documents.channelAdded, variables: { name, after }, field: 'channel' };
  switch (topic) {
    case 'unread':
      return { document: documents.unreadCountChanged, variables: {}, field: 'unreadCountChanged' };
    case 'banners':
      return { document: documents.announced, variables: {}, field: 'announced' };
    case 'activity':
      return { document: documents.activityAdded, variables: { after }, field: 'activityAdded' };
    default:
      return { document: documents.inboxChanged, variables: { after }, field: 'inboxChanged' };
  }
}

/** Codes of what this API, or this person, does not have: asking again is of no use. */
const forGood: readonly unknown[] = ['INVALID_INPUT', 'FORBIDDEN', 'NOT_FOUND', 'TOO_LARGE'];

/** @param error of the API, as an answer of a socket has it, or as `send` throws it */
export function mayBeHadLater(error: unknown): boolean {
  const { code, extensions } = (error ?? {}) as { readonly code?: unknown; readonly extensions?: { code?: unknown } };
  return !forGood.includes(code ?? extensions?.code);
}
