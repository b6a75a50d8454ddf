/**
 * Every error that leaves a process has a code from this table, and only the code and a message leave: never a
 * database's or a provider's own text. Clients see the name (`UNAUTHENTICATED`); SQL raises the same codes as SQLSTATEs
 * (`raise … using errcode = 'RBNFD'`). docs/errors.md lists them for people; a test compares the two and finds codes
 * used in db/ that are not here.
 */
export const errorCodes = {
  RBAUT: { name: 'UNAUTHENTICATED', status: 401, message: 'You are not signed in, or your token is not valid.' },
  RBFBD: { name: 'FORBIDDEN', status: 403, message: 'You may not do this.' },
  RBNFD: { name: 'NOT_FOUND', status: 404, message: 'There is no such thing, or you may not see it.' },
  RBINV: { name: 'INVALID_INPUT', status: 400, message: 'The input is not valid.' },
  RBLCK: { name: 'LOCKED', status: 403, message: 'This cannot be switched off or changed.' },
  RBCFL: { name: 'CONFLICT', status: 409, message: 'This contradicts what is already there.' },
  RBBIG: { name: 'TOO_LARGE', status: 413, message: 'The input is too large.' },
  RBLIM: { name: 'RATE_LIMITED', status: 429, message: 'Too much at once. Try again later.' },
  RBTMO: { name: 'TIMEOUT', status: 504, message: 'This took too long and was given up.' },
  RBUNA: { name: 'UNAVAILABLE', status: 503, message: 'The service is not available at the moment. Try again.' },
  RBCFG: { name: 'MISCONFIGURED', status: 500, message: 'The service is configured wrongly.' },
  RBCPY: { name: 'MISSING_COPY', status: 500, message: 'A notification type has no copy for this case.' },
  RBVAR: {
    name: 'MISSING_VARIABLE',
    status: 500,
    message: "A notification type's copy names a variable that has no value.",
  },
  RBINT: { name: 'INTERNAL', status: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, { name: string; status: number; message: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** The message of each code in French, where no better one is known. */
export const frenchMessages: Readonly<Record<ErrorCode, string>> = {
  RBAUT: "Vous n'êtes pas connecté, ou votre jeton n'est pas valable.",
  RBFBD: "Vous n'avez pas le droit de faire cela.",
  RBNFD: "Cela n'existe pas, ou vous ne pouvez pas le voir.",
  RBINV: "La saisie n'est pas valable.",
  RBLCK: 'Cela ne peut être ni désactivé ni modifié.',
  RBCFL: 'Cela contredit ce qui existe déjà.',
  RBBIG: 'La saisie est trop longue.',
  RBLIM: "C'est trop à la fois. Réessayez plus tard.",
  RBTMO: 'Cela a pris trop de temps et a été abandonné.',
  RBUNA: "Le service n'est pas disponible pour le moment. Réessayez.",
  RBCFG: 'Le service est mal configuré.',
  RBCPY: "Un type de notification n'a pas de texte pour ce cas.",
  RBVAR: "Le texte d'un type de notification nomme une variable sans valeur.",
  RBINT: "Une erreur s'est produite de notre côté.",
};

/** Whether a code, from a thrown error or an SQLSTATE, is one of ours. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

export type RowbellErrorOptions = ErrorOptions & {
  /** Which field or argument it is about, in SQL's spelling or the API's. */
  readonly field?: string | undefined;
  /** The bound that was met, by its key in docs/limits.md. */
  readonly limit?: string | undefined;
  /** In how many seconds it is worth asking again. */
  readonly retryAfter?: number | undefined;
};

/**
 * An error meant for the caller. `message` is shown as it is, so it carries no secret and no personal data;
 * without one the table's message is used. What really happened belongs into `cause`, which is only logged.
 */
export class RowbellError extends Error {
  override readonly name = 'RowbellError';
  readonly code: ErrorCode;
  /** The HTTP status that goes with the code. */
  readonly status: number;
  readonly field: string | undefined;
  readonly limit: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message?: string, { field, limit, retryAfter, ...options }: RowbellErrorOptions = {}) {
    super(message ?? errorCodes[code].message, options);
    this.code = code;
    this.status = errorCodes[code].status;
    this.field = field;
    this.limit = limit;
    this.retryAfter = retryAfter;
  }
}
