import { closeCodes } from './close-codes.ts';
import type { Connection } from './connection.ts';
import type { Lane } from './hub.ts';
import type { Reader } from './reader.ts';
import type { Roster } from './roster.ts';

/** Closes the sockets of sessions that ended, and of people who were erased (SE-13). The doorbell names people; SQL says which sessions. */
export function createSessions({
  reader,
  roster,
}: {
  readonly reader: Pick<Reader, 'isRefused'>;
  readonly roster: Roster<Connection>;
}): { readonly lane: Lane } {
  const look = async (people: Iterable<string>): Promise<void> => {
    await Promise.all(
      [...new Set(people)].flatMap((person) =>
        [...roster.of(person)].map(async (connection) => {
          if (await reader.isRefused(person, connection.identity.sessionId))
            connection.close(closeCodes.forbidden, 'Your session has ended.');
        }),
      ),
    );
  };
  return {
    lane: {
      kinds: 's',
      isWanted: roster.has,
      handle: (doorbells) => look(doorbells.flatMap(({ pairs }) => pairs.map(({ person }) => person))),
      async catchUp(since) {
        await look(roster.people());
        return since;
      },
    },
  };
}
