import type { Feedback } from './types.ts';

/** Whether a delivery went to a mailbox, in any spelling of it. */
export type IsRecipient = (deliveryId: string, mailbox: string) => Promise<boolean>;

/**
 * Of what was reported, what concerns the mailboxes that deliveries went to. A report may name several recipients: members of
 * a list or an alias, the one that a mailbox is forwarded to. Only what is said of a delivery's own mailbox makes that dead;
 * that another refused the mail is a soft bounce, unless ours is told of, too.
 */
export async function ownOf(feedbacks: readonly Feedback[], isRecipient: IsRecipient): Promise<readonly Feedback[]> {
  const own: Feedback[] = [];
  for (const reported of Map.groupBy(feedbacks, ({ deliveryId }) => deliveryId).values()) {
    const [ours, ledOn, others]: [Feedback[], Feedback[], Feedback[]] = [[], [], []];
    for (const feedback of reported) {
      const { deliveryId, recipient, sentTo } = feedback;
      if (recipient === null || (await isRecipient(deliveryId, recipient))) ours.push(feedback);
      else if (sentTo !== null && (await isRecipient(deliveryId, sentTo))) ledOn.push(feedback);
      else others.push(feedback);
    }
    const bounces = others.filter(({ kind }) => kind === 'bounced');
    const told = ours.length > 0 ? ours : ledOn.length > 0 ? arrivedFirst(ledOn) : bounces.slice(0, 1);
    own.push(...told.map((feedback) => (ours.includes(feedback) ? feedback : { ...feedback, isAddressDead: false })));
  }
  return own;
}

/** Where one of those that a mailbox leads to got the mail, it arrived. */
function arrivedFirst(feedbacks: readonly Feedback[]): readonly Feedback[] {
  const arrived = feedbacks.find(({ kind }) => kind === 'delivered');
  return arrived ? [arrived] : feedbacks.slice(0, 1);
}
