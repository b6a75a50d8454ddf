import * as stock from 'postgraphile/adaptors/pg';
import type { FairQueue } from './fair-queue.ts';

/** Under it the settings of a request have the signal that is aborted when nobody waits for its answer any more. */
export const gone = Symbol('gone');
type Settings = (Record<string, string | undefined> & { readonly [gone]?: AbortSignal }) | null;
type Client = { query(options: { readonly text: string }): Promise<unknown> };
type WithClient = ((settings: Settings, work: (client: Client) => unknown) => Promise<unknown>) & {
  release?: () => void;
};

/** First in every transaction on behalf of a token that names a session: raises RBAUT where that has ended. */
export const requireSession = 'select notify_hidden.require_session()';

/**
 * PostGraphile's adaptor, except that a person waits in their own line for a connection, holds none meanwhile, and leaves the
 * line when they have gone away; and that nothing is read or written for a session that has ended.
 */
export function createAdaptor(connections: FairQueue) {
  return {
    ...stock,
    createWithPgClient(options: never, variant: never) {
      const inner = stock.createWithPgClient(options, variant) as unknown as WithClient;
      const outer: WithClient = async (settings, work) => {
        const person = settings?.['rowbell.user_id'];
        // Nobody asks while the schema is made.
        if (person === undefined) return inner(settings, work);
        const leave = await connections.enter(person, settings?.[gone]);
        try {
          return await inner(settings, async (client) => {
            if (settings?.['rowbell.session_id']) await client.query({ text: requireSession });
            return work(client);
          });
        } finally {
          leave();
        }
      };
      if (inner.release) outer.release = inner.release;
      return outer;
    },
  };
}
