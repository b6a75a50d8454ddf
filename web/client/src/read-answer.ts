import { type ApiError, failure, fromApi, type RowbellError } from './errors.ts';

/** What came back: data, or the first error. With an error there is no data: no part of an answer is taken for the whole. */
export type Answer = {
  readonly data?: unknown;
  readonly error?: RowbellError;
  readonly status?: number;
};

/** @throws `NOT_ROWBELL` for what no API of GraphQL answers */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status } = response;
  const json = parse(await response.text());
  const first = isObject(json) && Array.isArray(json.errors) ? json.errors.find(isApiError) : undefined;
  if (first) return { error: fromApi(first, secondsOf(response.headers.get('retry-after'))), status };
  if (isObject(json) && isObject(json.data)) return { data: json.data, status };
  throw failure('NOT_ROWBELL', `What answered is not Rowbell (status ${status}).`, { status });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A date is for caches and robots: the API says seconds. */
function secondsOf(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isApiError = (value: unknown): value is ApiError => isObject(value) && typeof value.message === 'string';
