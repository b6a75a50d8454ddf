import type { Links } from './links.ts';
import type { EmailLinks } from './render/email/index.ts';

const day = 86_400_000;
/** How long links work: leaving for as long as anybody may keep a mail, the rest for as long as it is of use. */
const lifetimes = {
  unsubscribe: 400 * day,
  preferences: 90 * day,
  verify: day,
  open: 90 * day,
  click: 90 * day,
} as const;

/** The links of emails: signed tokens below `publicUrl`. src/http/email-pages.ts has the other side. */
export function createEmailLinks(links: Links, publicUrl: string, now: () => number = Date.now): EmailLinks {
  const link = (purpose: keyof typeof lifetimes, id: string, text = '') =>
    `${publicUrl}/email/${purpose}/${links.sign(purpose, { id, text }, new Date(now() + lifetimes[purpose]))}`;
  return {
    unsubscribe: (userId, typeKey, deliveryId) => link('unsubscribe', userId, `${typeKey} ${deliveryId}`),
    preferences: (userId) => link('preferences', userId),
    verify: (verificationId) => link('verify', verificationId),
    open: (deliveryId) => link('open', deliveryId),
    // A token has a limit; a target beyond it is not tracked.
    click: (deliveryId, target) => (target.length > 2000 ? target : link('click', deliveryId, target)),
  };
}
