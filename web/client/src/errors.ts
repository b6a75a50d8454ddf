/**
 * Why a request had no answer. Each promise of this client that is rejected is rejected with one of these, and `code` says
 * which: the API's codes are those of docs/errors.md, the others are found out here. A `switch` over `code` narrows.
 */
export type RowbellError =
  /** Nobody is signed in, or the token is refused even after it was asked for anew. */
  | Failure<'UNAUTHENTICATED'>
  /** `field` is the field of the input that it is about, as the API spells it. The message begins with it. */
  | Failure<
      'INVALID_INPUT' | 'LOCKED' | 'CONFLICT' | 'FORBIDDEN' | 'NOT_FOUND' | 'TOO_LARGE',
      { field: string | undefined }
    >
  /** `limit` is a key of docs/limits.md; `retryAfter` is in seconds. */
  | Failure<'RATE_LIMITED', { limit: string | undefined; retryAfter: number | undefined }>
  /** The API gave up, or cannot serve now. */
  | Failure<'TIMEOUT' | 'UNAVAILABLE', { retryAfter: number | undefined }>
  /** A mistake of the service, which its logs explain. */
  | Failure<'INTERNAL' | 'MISCONFIGURED' | 'MISSING_COPY' | 'MISSING_VARIABLE'>
  /** The API's code is newer than this client. */
  | Failure<'UNKNOWN', { serverCode: string }>
  /** The network failed. Whether the request was carried out is not known. */
  | Failure<'NO_CONNECTION'>
  /** There was no answer in time. Whether the request was carried out is not known. */
  | Failure<'NO_ANSWER', { timeoutMs: number }>
  /** What answered is not Rowbell, but a proxy or another server. */
  | Failure<'NOT_ROWBELL', { status: number }>
  /** `getToken` failed; `cause` is its error. */
  | Failure<'NO_TOKEN'>
  /** The caller's signal was aborted; `cause` is its reason. */
  | Failure<'ABORTED'>;

export type ErrorCode = RowbellError['code'];

/** An error for each of the codes, with what belongs to it. */
export type Failure<Code extends string, Details extends object = object> = Code extends string
  ? Error & Readonly<{ name: 'RowbellError'; code: Code } & Details>
  : never;

class RequestError extends Error {
  override readonly name = 'RowbellError';
}

/** Whether what was caught is an error of this client, or of another copy of it on the page. */
export const isRowbellError = (error: unknown): error is RowbellError =>
  error instanceof Error && error.name === 'RowbellError';

/** What was promised, or why not, as a value: for those who would rather look than catch. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: RowbellError };

/** @throws whatever is no `RowbellError`, which is a mistake in the program */
export async function toResult<Value>(promise: Promise<Value>): Promise<Result<Value>> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    if (!isRowbellError(error)) throw error;
    return { ok: false, error };
  }
}

type ErrorOf<Code extends ErrorCode> = Extract<RowbellError, { code: Code }>;
type DetailsOf<Code extends ErrorCode> = Omit<ErrorOf<Code>, keyof Error | 'code'>;

export function failure<Code extends ErrorCode>(
  code: Code,
  message: string,
  details: DetailsOf<Code>,
  cause?: unknown,
): ErrorOf<Code> {
  const error: unknown = Object.assign(new RequestError(message, { cause }), { code, ...details });
  return error as ErrorOf<Code>;
}

/** An error as the API's answers have it. */
export type ApiError = {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly field?: string;
    readonly limit?: string;
    readonly retryAfter?: number;
  };
};

const nothing = () => ({});
const ofField = ({ field }: Extensions) => ({ field });
const ofWaiting = ({ retryAfter }: Extensions) => ({ retryAfter });
type Extensions = NonNullable<ApiError['extensions']>;

/** The API's codes, and what each of them says beside the message. */
export const apiErrors = {
  UNAUTHENTICATED: nothing,
  FORBIDDEN: ofField,
  NOT_FOUND: ofField,
  INVALID_INPUT: ofField,
  LOCKED: ofField,
  CONFLICT: ofField,
  TOO_LARGE: ofField,
  RATE_LIMITED: ({ limit, retryAfter }: Extensions) => ({ limit, retryAfter }),
  TIMEOUT: ofWaiting,
  UNAVAILABLE: ofWaiting,
  INTERNAL: nothing,
  MISCONFIGURED: nothing,
  MISSING_COPY: nothing,
  MISSING_VARIABLE: nothing,
} satisfies { [Code in ErrorCode]?: (extensions: Extensions) => DetailsOf<Code> };

/** @param retryAfter as the header says it, where the error itself does not */
export function fromApi({ message, extensions = {} }: ApiError, retryAfter?: number): RowbellError {
  const { code = '' } = extensions;
  if (!isApiCode(code)) return failure('UNKNOWN', message, { serverCode: code });
  const details = apiErrors[code]({ ...(retryAfter !== undefined && { retryAfter }), ...extensions });
  return failure(code, message, details as DetailsOf<typeof code>);
}

const isApiCode = (code: string): code is keyof typeof apiErrors => Object.hasOwn(apiErrors, code);
