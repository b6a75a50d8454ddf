import { describeDatabaseError } from '../database/errors.ts';
import { RowbellError } from '../errors.ts';
import { mediaType, type Room, readBytes } from './body.ts';
import { send, sendError } from './respond.ts';
import type { Route } from './router.ts';
import type { Queries } from './shared-pool.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the routes need of those who report, handed in by the entry point: routes do not know providers. */
export type Source = {
  readonly path: string;
  readonly mediaTypes: readonly string[];
  readonly maxBytes: number;
  readonly answer?: 200;
  readonly givesUpOn5xx?: true;
  /** Where a secret in the headers is the proof. */
  isKnown?(headers: Headers): boolean;
  receive(incoming: { readonly headers: Headers; readonly body: Buffer }): Promise<readonly Report[] | null>;
};

export type Report = {
  readonly deliveryId: string;
  readonly kind: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly isAddressDead: boolean;
  readonly occurredAt: Date | null;
};

/**
 * Whose proof is a signature over the body is known once it is read, so anybody may send one: all that are being read have
 * so many bytes together. Those of whom we know have as many of their own.
 */
const maxBytesAtOnce = 33_554_432;

/**
 * Where mail servers and mail services report what became of mails. Proof comes before everything else, so nobody learns
 * from the answer which deliveries exist. What is known already, or is no delivery of ours (any more), is taken without a
 * word: an error would only make them call again.
 *
 * @param queriesOf the share of whoever reports, by their path, in connections as `rowbell_http`
 */
export function createFeedbackRoutes(
  sources: readonly Source[],
  queriesOf: (path: string) => Queries,
): readonly Route[] {
  const known: Room = { bytes: maxBytesAtOnce };
  const anybody: Room = { bytes: maxBytesAtOnce };
  return sources.map((source) => ({
    method: 'POST',
    path: source.path,
    async handle(request, response) {
      if (!source.mediaTypes.includes(mediaType(request))) {
        sendError(response, new RowbellError('RBINV', `Send ${source.mediaTypes.join(' or ')}.`), 415);
        return;
      }
      if (source.isKnown && !source.isKnown(request.headers))
        throw new RowbellError('RBFBD', 'The password is not valid.');
      try {
        const body = await readBytes(request, source.maxBytes, source.isKnown ? known : anybody);
        const reports = await source.receive({ headers: request.headers, body });
        if (!reports) throw new RowbellError('RBFBD', 'The signature is not valid.');
        await applyReports(queriesOf(source.path), reports);
      } catch (error) {
        const isOurs = !(error instanceof RowbellError) || error.status >= 500;
        if (!isOurs || !source.givesUpOn5xx) throw error;
        throw new RowbellError('RBLIM', undefined, { cause: error });
      }
      send(response, source.answer ?? 204, {});
    },
  }));
}

/** Asks whether a delivery went to a mailbox. */
export function createRecipientCheck(queries: Queries): (deliveryId: string, mailbox: string) => Promise<boolean> {
  return async (deliveryId, mailbox) => {
    const { rows } = await queries
      .query<{ isRecipient: boolean }>('select notify_private.is_delivery_to($1, $2) as "isRecipient"', [
        deliveryId,
        // What PostgreSQL does not take as text is no mailbox.
        mailbox.replaceAll('\0', ''),
      ])
      .catch((error: unknown) => {
        throw describeDatabaseError(error);
      });
    return rows[0]?.isRecipient ?? false;
  };
}

/** Writes reports down, one after the other. Repeating them changes nothing. How many were new. */
export async function applyReports(queries: Queries, reports: readonly Report[]): Promise<number> {
  let fresh = 0;
  for (const { deliveryId, kind, code, reason, isAddressDead, occurredAt } of reports) {
    const { rows } = await queries
      .query<{ isNew: boolean | null }>('select notify_private.record_mail_report($1, $2, $3, $4, $5, $6) as "isNew"', [
        deliveryId,
        kind,
        code,
        reason,
        isAddressDead,
        occurredAt,
      ])
      .catch((error: unknown) => {
        throw describeDatabaseError(error);
      });
    if (rows[0]?.isNew) fresh++;
  }
  return fresh;
}
