import type { Claimed } from '../database/engine.ts';
import { createEmailLinks } from '../email-links.ts';
import { createLinks, type LinkKey } from '../links.ts';
import type { Message } from '../providers/types.ts';
import { renderEmail } from '../render/email/index.ts';

export type ComposeOptions = {
  readonly keys: readonly [LinkKey, ...LinkKey[]];
  /** Where the links' routes are. */
  readonly publicUrl: string;
  /** Where buttons lead. */
  readonly appUrl: string;
};

/** Makes a function that renders a claimed email with its signed links. */
export function createCompose({ keys, publicUrl, appUrl }: ComposeOptions): (claimed: Claimed) => Message {
  const links = createLinks(keys);
  const emailLinks = createEmailLinks(links, publicUrl);
  return (claimed) => {
    const { email, ...message } = claimed;
    if (!email) return message;
    const { deliveryId } = message;
    return {
      ...message,
      mail: { ...renderEmail(message, email, emailLinks, appUrl), returnTag: links.signReturn(deliveryId) },
    };
  };
}
