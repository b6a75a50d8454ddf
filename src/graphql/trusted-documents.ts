import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RowbellError } from '../errors.ts';

/** The documents that the application's own clients send, by id. */
export type TrustedDocuments = {
  find(id: string): string | undefined;
  has(text: string): boolean;
};

/**
 * Reads a JSON file with the text of each document by its id, as GraphQL compilers write it: `{"<sha256>": "query …"}`.
 *
 * @param path null: nothing is listed, and every document is answered
 * @throws {RowbellError} RBCFG for a file that is not there or not such
 */
export async function readTrustedDocuments(path: string | null): Promise<TrustedDocuments | null> {
  if (path === null) return null;
  const byId = await readFile(path, 'utf8')
    .then((text) => new Map(Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(text)))))
    .catch((error: unknown) => {
      throw new RowbellError(
        'RBCFG',
        'TRUSTED_DOCUMENTS must name a JSON file with the text of each document by its id.',
        {
          cause: error,
        },
      );
    });
  const texts = new Set(byId.values());
  return { find: (id) => byId.get(id), has: (text) => texts.has(text) };
}
