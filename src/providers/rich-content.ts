import type { Message, RichContent } from './types.ts';

/** What is left of it, step by step, where a message is too large: the words are worth more than pictures and buttons. */
const steps: readonly ((rich: RichContent) => RichContent | null)[] = [
  (rich) => ({ ...rich, imageUrl: null }),
  (rich) => ({ ...rich, imageUrl: null, iconUrl: null }),
  (rich) => ({ ...rich, imageUrl: null, iconUrl: null, actions: [] }),
  () => null,
];

/**
 * Builds what a provider takes, with as much of the rich content as fits: the picture is left out first, then the icon, then the
 * buttons, then all that is not the message itself. So a message is never refused for its rich content; whether its words
 * alone fit is for the provider to say. A message without rich content is built and not measured.
 */
export function fitRichContent<T>(
  message: Message,
  build: (message: Message) => T,
  bytesOf: (built: T) => number,
  maxBytes: number,
): T {
  let built = build(message);
  if (!message.rich) return built;
  for (const step of steps) {
    if (bytesOf(built) <= maxBytes) break;
    built = build({ ...message, rich: step(message.rich) });
  }
  return built;
}
