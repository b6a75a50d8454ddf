import twilio from 'twilio';
import { createHttp } from '../http.ts';
import { createConcurrentSend } from '../send-concurrently.ts';
import type { Message, Provider, Result } from '../types.ts';
import { type Call, TwilioHttpClient } from './http-client.ts';
import { createCallbacks, type TwilioOptions } from './options.ts';
import { isAsked, msSince, rejectionOf } from './rejection.ts';

export type { TwilioOptions } from './options.ts';
export { parseTwilioReply, type TwilioReply } from './reply.ts';
export { parseTwilioStatus, type TwilioStatus, verifyTwilioSignature } from './status.ts';
export { createTwilioVoice } from './voice.ts';

/** Twilio accepts 1 to 36 000 seconds and holds a message no longer than that. */
const maxValidityS = 36_000;

/**
 * SMS. Twilio knows no idempotency key and an SMS goes out at most once, so whatever does not prove that nothing was
 * sent is `ambiguous`; the status callback, whose URL names the delivery, settles it.
 */
export function createTwilio(options: TwilioOptions): Provider {
  const { accountSid, authToken, from, concurrency = 32, timeoutMs = 30_000 } = options;
  const http = createHttp({ connections: concurrency, timeoutMs, allowPrivateNetworks: true });
  const sendConcurrently = createConcurrentSend(concurrency);
  const httpClient = new TwilioHttpClient(http, options.apiUrl ?? 'https://api.twilio.com');
  const client = twilio(accountSid, authToken, { httpClient });
  const callbackOf = createCallbacks(options);
  const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from };

  const sendOne = async (message: Message, signal: AbortSignal): Promise<Result> => {
    const call: Call = { signal };
    const begunAt = performance.now();
    try {
      const { sid } = await httpClient.during(call, () =>
        client.messages.create({
          ...sender,
          to: message.address,
          body: message.body,
          statusCallback: callbackOf(message),
          validityPeriod: validityOf(message.expiresAt),
        }),
      );
      return { outcome: 'accepted', providerMessageId: sid, tookMs: msSince(begunAt) };
    } catch (error) {
      const result = rejectionOf(error, call);
      return isAsked(result) && !signal.aborted ? { ...result, tookMs: msSince(begunAt) } : result;
    }
  };

  return {
    name: 'twilio',
    send: (batch, signal, progress) =>
      sendConcurrently(batch, { signal, progress }, (message) => sendOne(message, signal)),
    close: http.close,
  };
}

function validityOf(expiresAt: Date, now = Date.now()): number {
  return Math.min(Math.max(Math.floor((expiresAt.getTime() - now) / 1000), 1), maxValidityS);
}
