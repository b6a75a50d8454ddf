import twilio from 'twilio';
import { createHttp } from '../http.ts';
import { createConcurrentSend } from '../send-concurrently.ts';
import type { Message, Provider, Result } from '../types.ts';
import { type Call, TwilioHttpClient } from './http-client.ts';
import { createCallbacks, type TwilioOptions } from './options.ts';
import { isAsked, msSince, rejectionOf } from './rejection.ts';

/**
 * Calls. Like an SMS, a call is made at most once: Twilio knows no idempotency key, so whatever does not prove that
 * nobody was called is `ambiguous` and its callbacks settle it. `data` of the message may carry:
 * - `twimlUrl`: where Twilio asks what to do on the line (an agent that converses); without it the body is read out,
 * - `voice`, `language`: whose voice reads it, and in which language (Twilio's names, e.g. `Polly.Lea-Neural`, `fr-FR`).
 *
 * Twilio reports that it was picked up and that it is over to the same URL, and there, once it has listened for a
 * moment, whether a person or a machine picked up; the line is not silent meanwhile (asynchronous detection).
 *
 * @param options.from an E.164 number
 */
export function createTwilioVoice(options: TwilioOptions): Provider {
  const { accountSid, authToken, from, concurrency = 32, timeoutMs = 30_000 } = options;
  const http = createHttp({ connections: concurrency, timeoutMs, allowPrivateNetworks: true });
  const sendConcurrently = createConcurrentSend(concurrency);
  const httpClient = new TwilioHttpClient(http, options.apiUrl ?? 'https://api.twilio.com');
  const client = twilio(accountSid, authToken, { httpClient });
  const callbackOf = createCallbacks(options);

  const callOne = async (message: Message, signal: AbortSignal): Promise<Result> => {
    const call: Call = { signal };
    const begunAt = performance.now();
    const callback = callbackOf(message);
    try {
      const { sid } = await httpClient.during(call, () =>
        client.calls.create({
          to: message.address,
          from,
          ...instructionsFor(message),
          statusCallback: callback,
          statusCallbackEvent: ['answered', 'completed'],
          machineDetection: 'Enable',
          asyncAmd: 'true',
          asyncAmdStatusCallback: callback,
        }),
      );
      return { outcome: 'accepted', providerMessageId: sid, tookMs: msSince(begunAt) };
    } catch (error) {
      const result = rejectionOf(error, call);
      return isAsked(result) && !signal.aborted ? { ...result, tookMs: msSince(begunAt) } : result;
    }
  };

  return {
    name: 'twilio_voice',
    send: (batch, signal, progress) =>
      sendConcurrently(batch, { signal, progress }, (message) => callOne(message, signal)),
    close: http.close,
  };
}

function instructionsFor({ body, data }: Message): { readonly url: string } | { readonly twiml: string } {
  if (data.twimlUrl) return { url: data.twimlUrl };
  const response = new twilio.twiml.VoiceResponse();
  // The SDK's types list the voices of its release; the names are Twilio's to add to.
  const voice = { ...(data.voice && { voice: data.voice }), ...(data.language && { language: data.language }) };
  response.say(voice as Parameters<typeof response.say>[0] & object, body);
  return { twiml: response.toString() };
}
