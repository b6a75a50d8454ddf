import { isAnswer, isSilence } from '../providers/http.ts';
import type { Landed } from './flight.ts';

/** So many people's messages without an answer say something of an origin that is known to answer. */
const severalPeople = 3;

/**
 * The origins of which these results say that they do not answer: no connection comes about, which is the host's doing;
 * or nothing is heard from one that was never heard of; or from several people's messages. One person's alone say nothing
 * of an origin that answers others.
 */
export function silentOrigins(landed: readonly Landed[]): readonly string[] {
  const about = Map.groupBy(landed, ({ message }) => URL.parse(message.address)?.origin ?? 'null');
  return [...about]
    .filter(([origin]) => origin !== 'null')
    .filter(([, heard]) => {
      if (heard.some(({ result }) => isAnswer(result))) return false;
      const people = new Set(heard.filter(({ result }) => isSilence(result)).map(({ message }) => message.recipientId));
      return (
        people.size >= severalPeople ||
        heard.some(
          ({ message, result }) => isSilence(result) && (!message.originAnswers || result.code === 'not_connected'),
        )
      );
    })
    .map(([origin]) => origin);
}
