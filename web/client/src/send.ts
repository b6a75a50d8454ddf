import { pause, withDeadline } from './deadline.ts';
import { type Document, isQuery } from './document.ts';
import { failure, isRowbellError, type RowbellError } from './errors.ts';
import { type Answer, readAnswer } from './read-answer.ts';

export type ClientOptions = {
  /** The address of the API: `https://notify.example.com/graphql`. */
  readonly url: string;
  /**
   * The token of who is signed in, asked for at each request; null while nobody is. When the API refuses the token it is
   * asked for once more, with `isRefused`: who keeps a token fetches another then.
   */
  readonly getToken: (reason: { readonly isRefused: boolean }) => string | null | Promise<string | null>;
  /** The language of messages, as `Accept-Language` has it (`fr`, `fr-CA, en;q=0.5`); without it the browser's own. */
  readonly locale?: string | undefined;
  /** How long one try may take: 15 s unless said. */
  readonly timeoutMs?: number | undefined;
  /** How many times what may be repeated is sent again: twice unless said. */
  readonly retries?: number | undefined;
  /** Another `fetch` than the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
};

export type RequestOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** That it does no harm to carry it out twice. Queries are so by themselves. */
  readonly isRepeatable?: boolean | undefined;
};

export type Send = <Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Result>;

const firstDelayMs = 300;
/** A wait that is longer is the caller's to decide about. */
const longestWaitMs = 10_000;

/** Sends documents to the API, again where that is safe and of use. */
export function createSend(client: ClientOptions): Send {
  const { url, getToken, locale, retries = 2, fetch = globalThis.fetch } = client;

  const post = async (body: string, token: string, signal: AbortSignal): Promise<Answer> => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      authorization: `Bearer ${token}`,
      ...(locale !== undefined && { 'accept-language': locale }),
    };
    try {
      // Called as a plain function: browsers refuse `fetch` as a method of ours.
      return await readAnswer(await fetch(url, { method: 'POST', headers, body, signal }));
    } catch (cause) {
      if (isRowbellError(cause)) throw cause;
      throw failure('NO_CONNECTION', 'The network failed.', {}, cause);
    }
  };

  const askToken = async (isRefused: boolean): Promise<string> => {
    const token = await Promise.resolve({ isRefused })
      .then(getToken)
      .catch((cause: unknown) => {
        throw failure('NO_TOKEN', 'The token could not be had.', {}, cause);
      });
    if (token === null) throw failure('UNAUTHENTICATED', 'Nobody is signed in.', {});
    return token;
  };

  /** One try: a token that is refused is replaced within it, because a refused request was not carried out. */
  const tryOnce = async (body: string, signal: AbortSignal): Promise<Answer> => {
    const token = await askToken(false);
    const answer = await post(body, token, signal);
    if (answer.error?.code !== 'UNAUTHENTICATED') return answer;
    const other = await askToken(true);
    return other === token ? answer : await post(body, other, signal);
  };

  return async (document, variables, options = {}) => {
    const query = document.toString();
    const body = JSON.stringify({ query, variables });
    const { signal, timeoutMs = client.timeoutMs ?? 15_000, isRepeatable = isQuery(query) } = options;
    for (let tries = 1; ; tries++) {
      const { data, error, status } = await withDeadline({ timeoutMs, signal }, (inner) => tryOnce(body, inner)).catch(
        toAnswer,
      );
      if (error === undefined) return data as never;
      const isWorth = isRepeatable ? mayPass(error, status) : wasTurnedAway(error, status);
      const waitMs = waitBefore(error, tries);
      if (!isWorth || tries > retries || waitMs > longestWaitMs) throw error;
      await pause(waitMs, signal);
    }
  };
}

function toAnswer(error: unknown): Answer {
  if (!isRowbellError(error)) throw error;
  return { error };
}

/** Refused before anything was done, since too much was asked for at once. */
const wasTurnedAway = ({ code }: RowbellError, status: number | undefined) => code === 'RATE_LIMITED' && status === 429;

/** The same may succeed a little later. A limit that a person has used up (an error among data, status 200) is none of these. */
function mayPass(error: RowbellError, status: number | undefined): boolean {
  switch (error.code) {
    case 'NO_CONNECTION':
    case 'NO_ANSWER':
    case 'UNAVAILABLE':
      return true;
    case 'NOT_ROWBELL':
      return [502, 503, 504].includes(error.status);
    default:
      return wasTurnedAway(error, status);
  }
}

/** What the API asks for; else full jitter, so that clients that failed together do not come back together. */
function waitBefore(error: RowbellError, tries: number): number {
  const retryAfter = 'retryAfter' in error ? error.retryAfter : undefined;
  return retryAfter === undefined
    ? Math.random() * firstDelayMs * 2 ** tries
    : retryAfter * 1_000 + Math.random() * firstDelayMs;
}
