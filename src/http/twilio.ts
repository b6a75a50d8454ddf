import { describeDatabaseError } from '../database/errors.ts';
import { RowbellError } from '../errors.ts';
import { mediaType, readBody } from './body.ts';
import { type Request, send, sendError } from './respond.ts';
import type { Route } from './router.ts';
import type { Queries } from './shared-pool.ts';

const maxBytes = 16_384;
/** Ids of senders are of two bytes. */
const smallintMax = 32_767;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A parameter that stands there several times has several values: the signature covers each. */
type Parameters = Readonly<Record<string, string | readonly string[]>>;

/** What the route needs of the provider, handed in by the entry point: routes do not know providers. */
export type TwilioCallbacks = {
  /** Whether Twilio signed this URL with these parameters and this token. */
  readonly verify: (authToken: string, signature: string | undefined, url: string, parameters: Parameters) => boolean;
  /** The token of the name that a sender has for it, null: the default one; null where this process has not got it. */
  readonly tokenOf: (secretSetting: string | null) => string | null;
  /** A status callback in our words; null for what is none. */
  readonly parse: (parameters: Parameters) => TwilioReport | null;
  /** An incoming message that says STOP or START; null for any other. */
  readonly parseReply: (parameters: Parameters) => TwilioOptOut | null;
};

export type TwilioReport = { readonly occurredAt: Date | null } & (
  | { readonly status: 'sent' | 'delivered' }
  | { readonly status: 'answered'; readonly code: string | null }
  | { readonly status: 'completed'; readonly code: string | null; readonly durationSeconds: number | null }
  | { readonly status: 'failed'; readonly code: string; readonly permanence: string; readonly reason: string }
);

/** Somebody's STOP or START. */
export type TwilioOptOut = { readonly from: string; readonly optOut: 'stop' | 'start' };

/**
 * `POST /callbacks/twilio/:deliveryId`: Twilio's word on an SMS or a call. Repeated and late ones change nothing, but for a
 * new verdict on who picked up. The signature is checked before anything else is looked at, so nobody learns from the
 * answer which deliveries exist.
 *
 * `POST /callbacks/twilio`: what somebody answered to a text, where the number's webhook leads here. STOP puts their
 * number on the suppression list, START takes it off; everything else is left to whoever reads replies.
 *
 * `?sender=` names the sender that is called back, with whose token the call is verified; without it, the default app's.
 *
 * @param publicUrl the origin Twilio was given; the signature covers it
 * @param queries a share in connections as `rowbell_http`
 */
export function createTwilioRoutes(callbacks: TwilioCallbacks, publicUrl: string, queries: Queries): Route[] {
  const tokenFor = async (request: Request): Promise<string | null> => {
    const named = /[?&]sender=(\d+)(&|$)/.exec(request.url ?? '')?.[1];
    if (named === undefined) return callbacks.tokenOf(null);
    if (Number(named) > smallintMax) return null;
    const { rows } = await queries.query<{ secret_setting: string | null }>(
      'select secret_setting from notify_private.twilio_sender($1)',
      [named],
    );
    return rows[0] ? callbacks.tokenOf(rows[0].secret_setting) : null;
  };
  const read = async (request: Request): Promise<Parameters> => {
    const parameters = parametersOf(await readBody(request, maxBytes));
    const signature = request.headers['x-twilio-signature'];
    const token = await tokenFor(request);
    const isSigned =
      token !== null &&
      callbacks.verify(
        token,
        typeof signature === 'string' ? signature : undefined,
        publicUrl + (request.url ?? ''),
        parameters,
      );
    if (!isSigned) throw new RowbellError('RBFBD', 'The signature is not valid.');
    return parameters;
  };
  const taking =
    (handle: (request: Request, id: string) => Promise<void>): Route['handle'] =>
    async (request, response, id) => {
      if (mediaType(request) !== 'application/x-www-form-urlencoded') {
        sendError(response, new RowbellError('RBINV', 'Send application/x-www-form-urlencoded.'), 415);
        return;
      }
      await handle(request, id);
      send(response, 204, {});
    };
  return [
    {
      method: 'POST',
      path: '/callbacks/twilio/:id',
      handle: taking(async (request, deliveryId) => {
        const parameters = await read(request);
        if (!uuid.test(deliveryId)) throw new RowbellError('RBNFD');
        const report = callbacks.parse(parameters);
        // A word we do not know is not Twilio's fault; an error would only make it call again.
        if (report && !(await apply(queries, deliveryId, report))) throw new RowbellError('RBNFD');
      }),
    },
    {
      method: 'POST',
      path: '/callbacks/twilio',
      handle: taking(async (request) => {
        const reply = callbacks.parseReply(await read(request));
        if (!reply) return;
        await queries
          .query('select notify_private.record_opt_out($1, $2)', [reply.from, reply.optOut === 'stop'])
          .catch((error: unknown) => {
            throw describeDatabaseError(error);
          });
      }),
    },
  ];
}

function parametersOf(body: string): Parameters {
  const values = new Map<string, string | readonly string[]>();
  const form = new URLSearchParams(body);
  for (const name of new Set(form.keys())) {
    const all = form.getAll(name);
    values.set(name, all.length > 1 ? all : (all[0] ?? ''));
  }
  return Object.fromEntries(values);
}

async function apply(queries: Queries, deliveryId: string, report: TwilioReport): Promise<boolean> {
  const failure = report.status === 'failed' ? report : null;
  const { rows } = await queries
    .query<{ known: boolean }>(
      `select notify_private.record_receipt(
         $1, $2, 'provider', $3, $4, $5, $6::timestamptz, duration_seconds => $7::integer
       ) is not null as known`,
      [
        deliveryId,
        report.status,
        'code' in report ? report.code : null,
        failure?.reason,
        failure?.permanence === 'address',
        report.occurredAt,
        'durationSeconds' in report ? report.durationSeconds : null,
      ],
    )
    .catch((error: unknown) => {
      throw describeDatabaseError(error);
    });
  return rows[0]?.known === true;
}
