import * as stock from 'postgraphile/adaptors/pg';
import { RowbellError } from '../errors.ts';

type Settings = Record<string, string | undefined> | null;
type WithClient = ((settings: Settings, work: (client: unknown) => unknown) => Promise<unknown>) & {
  release?: () => void;
};

/** PostGraphile's adaptor, except that what the unauthenticated may not do is answered with "sign in", not with "no". */
export const adaptor = {
  ...stock,
  createWithPgClient(options: never, variant: never) {
    const inner = stock.createWithPgClient(options, variant) as unknown as WithClient;
    const outer: WithClient = async (settings, work) => {
      try {
        return await inner(settings, work);
      } catch (error) {
        const isDenied = error instanceof Error && 'code' in error && error.code === '42501';
        if (isDenied && settings?.role === 'rowbell_anonymous')
          throw new RowbellError('RBAUT', undefined, { cause: error });
        throw error;
      }
    };
    if (inner.release) outer.release = inner.release;
    return outer;
  },
};
