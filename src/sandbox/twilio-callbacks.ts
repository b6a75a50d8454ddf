import { createHmac } from 'node:crypto';
import type { Fault } from './faults.ts';
import { delay } from './server.ts';

/** How long a message takes from each step to the next. */
const stepMs = 20;

export type Progress = { readonly status: string; readonly errorCode?: string };

/** Steps, and how long before the last one; null: as long as before every other. */
export type Walk<Step> = { readonly steps: readonly Step[]; readonly lastAfterMs: number | null };

/**
 * What becomes of a message that was accepted. `hard_bounce` and `soft_bounce` end in `undelivered` (30005 and 30003,
 * or the fault's reason), `lost_receipt` ends after `sent`, `late_receipt` waits before the last step. Real callbacks
 * come doubled and out of order: a `late_receipt` whose reason is `duplicate` or `out_of_order` does that.
 */
export function progressOf(fault: Fault | null): Walk<Progress> {
  const sent: Progress = { status: 'sent' };
  const delivered: Progress = { status: 'delivered' };
  const undelivered = (errorCode: string) => ({
    steps: [sent, { status: 'undelivered', errorCode }],
    lastAfterMs: stepMs,
  });
  switch (fault?.kind) {
    case 'hard_bounce':
      return undelivered(fault.reason ?? '30005');
    case 'soft_bounce':
      return undelivered(fault.reason ?? '30003');
    case 'lost_receipt':
      return { steps: [sent], lastAfterMs: stepMs };
    case 'late_receipt': {
      const lastAfterMs = fault.latencyMs ?? 1000;
      if (fault.reason === 'duplicate') return { steps: [sent, sent, delivered, delivered], lastAfterMs };
      if (fault.reason === 'out_of_order') return { steps: [delivered, sent], lastAfterMs };
      return { steps: [sent, delivered], lastAfterMs };
    }
    default:
      return { steps: [sent, delivered], lastAfterMs: stepMs };
  }
}

/** X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted parameters (twilio.com/docs/usage/security). */
export function signatureOf(authToken: string, url: string, params: Readonly<Record<string, string>>): string {
  const signed = Object.keys(params)
    .sort()
    .reduce((text, name) => text + name + params[name], url);
  return createHmac('sha1', authToken).update(signed).digest('base64');
}

export type CallbackOptions = {
  readonly authToken: string;
  /** Origin to call instead of the one in the URL; the signature is over the URL as it was given. */
  readonly base: string | null;
  readonly signal: AbortSignal;
};

/**
 * Walks a message or call through its steps: `onStep` first, then the signed callback to the URL it names, where it
 * names one. Like Twilio, does not call again when nobody answers.
 */
export async function walk<Step>(
  { steps, lastAfterMs }: Walk<Step>,
  { authToken, base, signal }: CallbackOptions,
  onStep: (step: Step) => { readonly url: string | null; readonly params: Record<string, string> },
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    await delay((index === steps.length - 1 ? lastAfterMs : null) ?? stepMs);
    if (signal.aborted) return;
    const { url, params } = onStep(step);
    if (url === null) continue;
    const target = base === null ? url : new URL(new URL(url).pathname + new URL(url).search, base);
    await fetch(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signatureOf(authToken, url, params),
      },
      body: new URLSearchParams(params).toString(),
      redirect: 'manual',
      signal,
    }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  }
}
