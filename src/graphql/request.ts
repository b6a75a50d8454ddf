import { z } from 'zod';
import { RowbellError } from '../errors.ts';
import type { Identity } from './identity.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** Values in the variables of a request, and how deep one may lie in others. */
const maxValues = 5_000;
const maxValueDepth = 16;

const schema = z.object({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.looseObject({ persistedQuery: z.looseObject({ sha256Hash: z.string() }).nullish() }).nullish(),
});

export type GraphqlRequest = {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
};

/**
 * What a request's JSON asks for. The document stands in `query`, or is a trusted one, named by `documentId` or as
 * Apollo's clients do by `extensions.persistedQuery.sha256Hash`.
 *
 * @param trusted what people may ask for where that is listed; operators ask for anything
 * @throws {RowbellError} RBINV for what is no request, RBNFD for an id that is not listed, RBFBD for a text that is not
 */
export function readRequest(json: unknown, { role }: Identity, trusted: TrustedDocuments | null): GraphqlRequest {
  const parsed = schema.safeParse(json);
  const { query, documentId, operationName = null, variables, extensions } = parsed.data ?? {};
  const id = documentId ?? extensions?.persistedQuery?.sha256Hash;
  if (!parsed.success || (query ?? id) == null) {
    throw new RowbellError('RBINV', 'Send an object with query or documentId, variables and operationName.');
  }
  checkVariables(variables);
  if (query != null && trusted && role !== 'operator' && !trusted.has(query)) {
    throw new RowbellError('RBFBD', 'Only documents that are listed are answered here: send documentId.');
  }
  return { query: query ?? textOf(id ?? '', trusted), operationName, variables: variables ?? {} };
}

function textOf(id: string, trusted: TrustedDocuments | null): string {
  const text = trusted?.find(id);
  if (text === undefined) throw new RowbellError('RBNFD', 'There is no document of this id.');
  return text;
}

/** What is nested without end would end whatever walks it by calling itself; what is long takes its time. */
function checkVariables(variables: unknown): void {
  let values = 0;
  const walk = (value: unknown, depth: number): void => {
    values += 1;
    if (values > maxValues || depth > maxValueDepth) {
      throw new RowbellError(
        'RBINV',
        `Variables have at most ${maxValues} values, nested at most ${maxValueDepth} deep.`,
      );
    }
    if (typeof value !== 'object' || value === null) return;
    for (const inner of Object.values(value)) walk(inner, depth + 1);
  };
  walk(variables, 0);
}
