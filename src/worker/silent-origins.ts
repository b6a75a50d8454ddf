import { evidenceOf, originOf } from '../providers/http.ts';
import type { Landed } from './in-flight.ts';

/** So many people's messages without an answer say something of an origin that is known to answer. */
const severalPeople = 3;

/**
 * The origins of which these results say that they do not answer: no connection comes about, which is the host's doing;
 * or nothing is heard from one that was never heard of; or from several people's messages. One person's alone say nothing
 * of an origin that answers others.
 */
export function silentOrigins(landed: readonly Landed[]): readonly string[] {
  const about = Map.groupBy(landed, ({ message }) => originOf(message));
  return [...about]
    .filter(([origin]) => origin !== '' && origin !== 'null')
    .filter(([, heard]) => {
      const said = heard.map(({ message, result }) => ({ message, evidence: evidenceOf(result) }));
      if (said.some(({ evidence }) => evidence === 'answer')) return false;
      const unheard = said.filter(({ evidence }) => evidence !== null);
      const people = new Set(unheard.map(({ message }) => message.recipientId));
      return (
        people.size >= severalPeople ||
        unheard.some(({ message, evidence }) => !message.originAnswers || evidence === 'unreachable')
      );
    })
    .map(([origin]) => origin);
}
