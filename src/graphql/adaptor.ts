import * as stock from 'postgraphile/adaptors/pg';
import type { Line } from './line.ts';

type Settings = Record<string, string | undefined> | null;
type WithClient = ((settings: Settings, work: (client: unknown) => unknown) => Promise<unknown>) & {
  release?: () => void;
};

/** PostGraphile's adaptor, except that a person waits in their own line for a connection, and holds none meanwhile. */
export function createAdaptor(connections: Line) {
  return {
    ...stock,
    createWithPgClient(options: never, variant: never) {
      const inner = stock.createWithPgClient(options, variant) as unknown as WithClient;
      const outer: WithClient = async (settings, work) => {
        const person = settings?.['rowbell.user_id'];
        // Nobody asks while the schema is made.
        if (person === undefined) return inner(settings, work);
        const leave = await connections.enter(person);
        try {
          return await inner(settings, work);
        } finally {
          leave();
        }
      };
      if (inner.release) outer.release = inner.release;
      return outer;
    },
  };
}
