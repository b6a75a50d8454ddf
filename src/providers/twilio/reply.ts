/** What somebody wants who answered a text. */
export type TwilioReply = { readonly from: string; readonly optOut: 'stop' | 'start' };

// The words that Twilio itself acts on (twilio.com/docs/messaging/tutorials/advanced-opt-out), and the French for it.
const stop = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'optout', 'revoke', 'arret', 'arrêt']);
const start = new Set(['start', 'unstop', 'yes']);

/**
 * Reads the parameters of an incoming message; null where it is none or says neither STOP nor START. Twilio's own
 * verdict (OptOutType, where Advanced Opt-Out is on) goes before the words.
 */
export function parseTwilioReply(params: Readonly<Record<string, unknown>>): TwilioReply | null {
  const { From: from, Body: body, OptOutType: type } = params;
  if (typeof from !== 'string' || !/^\+[1-9]\d{6,14}$/.test(from)) return null;
  if (type === 'STOP') return { from, optOut: 'stop' };
  if (type === 'START') return { from, optOut: 'start' };
  const word = typeof body === 'string' ? bareWord(body) : '';
  if (stop.has(word)) return { from, optOut: 'stop' };
  return start.has(word) ? { from, optOut: 'start' } : null;
}

/**
 * The word, whatever stands around it or how it is spelled: `Stop.`, `"STOP"`, `ＳＴＯＰ`, `Opt-out!`. Of a sentence, all its
 * letters in one word, which is none of ours.
 */
const bareWord = (body: string) =>
  body.length > 200
    ? ''
    : body
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
