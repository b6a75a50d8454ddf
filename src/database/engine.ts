import type pg from 'pg';
import type { Message, ProviderName, Result } from '../providers/types.ts';
import { type Claimed, type ClaimedRow, toMessage } from './claimed.ts';
import type { RowOf } from './rows.ts';

/** The worker's whole view of the database: the functions that `rowbell_worker` may call, with types. */
export type Engine = ReturnType<typeof createEngine>;

export type Lane = 'urgent' | 'bulk';

/** About half a second's work: how long a shutdown waits for a planner at most. */
const slicesACall = 20;

/** How many deliveries ended a write-back in which status; `paused`: how many pauses came of it. */
export type Tally = Readonly<Record<string, number>>;

type PauseRow = RowOf<'notify_private.current_pauses', 'origin'>;
export type Pause = Pick<PauseRow, 'origin' | 'reason' | 'pauses'> & { readonly pausedUntil: PauseRow['paused_until'] };

/** A row of `notify.senders`; the catalog says which providers there are, its constraints what else it may hold. */
export type SenderRow = Omit<
  RowOf<'notify_private.list_senders', 'secret_setting'>,
  'provider' | 'environment' | 'options'
> & {
  readonly provider: ProviderName;
  readonly environment: 'production' | 'development';
  readonly options: Readonly<Record<string, string>>;
};

export type EmailTemplateRow = RowOf<'notify_private.email_template'>;

/** Where a worker sends beside the public internet. */
export type Reach = {
  /** Of the sandbox's browsers. */
  readonly sandboxOrigins: readonly string[];
  readonly allowsPrivateWebhooks: boolean;
};

/** A batch of status events that is to be sent, as `notify_private.claim_status_batch` gives it. */
export type StatusBatch = Omit<RowOf<'notify_private.claim_status_batch'>, 'events' | 'dropped_events'> & {
  readonly events: readonly Readonly<Record<string, string | null>>[];
  readonly dropped_events: number;
};

/**
 * Typed calls of the engine's functions in `notify_private`; each is one statement and, but for planning, one transaction. What they do and
 * when they are safe to repeat stands at the functions (below db/functions/core).
 *
 * Planning may use connections whose commits do not wait for the disk: until a delivery is claimed, by a commit that does,
 * nothing has left the database, and a plan lost in a crash is made again. A heartbeat has a connection of its own: behind claims and
 * results it would come too late where the database is slow, and a worker that lives would be taken for dead.
 */
export function createEngine({
  pool,
  planningPool,
  heartbeatPool = pool,
}: {
  pool: pg.Pool;
  planningPool: pg.Pool;
  heartbeatPool?: pg.Pool;
}) {
  const value = async <T>(sql: string, parameters: unknown[]): Promise<T> => {
    const { rows } = await pool.query<{ value: T }>(sql, parameters);
    return (rows[0] as { value: T }).value;
  };

  return {
    /** Judges held candidates that are due again; false when there was none. */
    async releaseHolds(lane: Lane): Promise<boolean> {
      const { rows } = await planningPool.query<{ again: boolean }>({
        name: 'release',
        text: 'select notify_private.release_holds($1) as again',
        values: [lane],
      });
      return rows[0]?.again ?? false;
    },

    /** Plans what is due in a lane; more while there may still be something. */
    async planDue(lane: Lane): Promise<{ more: boolean; failed: readonly string[] }> {
      const { rows } = await planningPool.query<{ more: boolean; failed: string[] }>({
        name: 'plan-due',
        text: 'call notify_private.plan_due($1, $2, null, null)',
        values: [lane, slicesACall],
      });
      return rows[0] ?? { more: false, failed: [] };
    },

    /** At most 500 messages; none when nothing is due, the sender is paused or its rate limit is used up. */
    async claim(claimId: string, workerId: string, senderId: number, lane: Lane): Promise<Claimed[]> {
      const { rows } = await pool.query<ClaimedRow>({
        name: 'claim',
        // Instants as numbers: parsing timestamps was a tenth of what a message costs this process beside its SDK.
        text: `select delivery_id, attempt, address, web_push_p256dh, web_push_auth, webhook_secrets, type_key,
            title, subtitle, body, data, thread_id, collapse_key, tag, sound, urgency, interruption_level,
            (extract(epoch from registered_at) * 1000)::float8 as registered_ms,
            (extract(epoch from expires_at) * 1000)::float8 as expires_ms,
            (extract(epoch from happened_at) * 1000)::float8 as happened_ms, email, recipient_id, origin_answers, rich_content,
            sender_id
          from notify_private.claim_deliveries($1, $2, $3, $4)`,
        values: [claimId, workerId, senderId, lane],
      });
      return rows.map(toMessage);
    },

    async record(claimId: string, messages: readonly Message[], results: readonly Result[]): Promise<Tally> {
      const column = <T>(pick: (result: Result) => T) => results.map(pick);
      const { rows: tally } = await pool.query<RowOf<'notify_private.record_results'>>({
        name: 'record',
        // Arrays and not JSON: 1.7 us a result to take apart, against 4.4.
        text: `select * from notify_private.record_results($1, array(
          select row(r.delivery_id, r.outcome, r.reason, r.code, r.provider_message_id, r.retry_at, r.suspect,
            r.took_ms)::notify_private.result
          from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::boolean[], $9::integer[])
            as r (delivery_id, outcome, reason, code, provider_message_id, retry_at, suspect, took_ms)))`,
        values: [
          claimId,
          messages.map(deliveryIdOf),
          column(outcomeOf),
          column((result) => (result.outcome === 'rejected' ? result.reason : null)),
          column((result) => (result.outcome === 'rejected' ? result.code : null)),
          column((result) => (result.outcome === 'accepted' ? result.providerMessageId : null)),
          column((result) => (result.outcome === 'rejected' ? (result.retryAt ?? null) : null)),
          column((result) => result.outcome === 'rejected' && result.suspect === true),
          // Few providers measure it.
          results.some(({ tookMs }) => tookMs !== undefined) ? column(({ tookMs }) => tookMs ?? null) : null,
        ],
      });
      return Object.fromEntries(tally.map(({ status, deliveries }) => [status, Number(deliveries)]));
    },

    /** A mail template as it is now; undefined where there is none of that name. */
    async emailTemplate(name: string): Promise<EmailTemplateRow | undefined> {
      const { rows } = await pool.query<EmailTemplateRow>('select * from notify_private.email_template($1)', [name]);
      return rows[0];
    },

    /** What is paused of a sender: its origins, and itself where the origin is null. */
    async pauses(senderId: number): Promise<Pause[]> {
      const { rows } = await pool.query<Pause>(
        'select origin, reason, pauses, paused_until as "pausedUntil" from notify_private.current_pauses($1)',
        [senderId],
      );
      return rows;
    },

    /** Makes a claim of its own of what has no result yet; nothing where the claim is no longer ours. */
    split: (claimId: string, restId: string, rest: readonly Message[]) =>
      value<void>('select notify_private.split_claim($1, $2, $3) as value', [claimId, restId, rest.map(deliveryIdOf)]),

    /** Gives back messages of a claim that were not begun, each to be tried when its result says. */
    requeue: (claimId: string, set: readonly { readonly message: Message; readonly result: Result }[]) =>
      value<void>('select notify_private.requeue_deliveries($1, $2, $3) as value', [
        claimId,
        set.map(({ message }) => message.deliveryId),
        set.map(({ result }) => (result.outcome === 'rejected' && result.retryAt) || new Date()),
      ]),

    /** Tells the other workers of push services and hosts that do not answer. */
    pauseSilentOrigins: (senderId: number, origins: readonly string[]) =>
      value<void>('select notify_private.pause_silent_origins($1, $2) as value', [senderId, origins]),

    release: (claimId: string) => value<string>('select notify_private.release_claim($1) as value', [claimId]),

    skip: (senderId: number, lane: Lane) =>
      value<string>('select notify_private.skip_deliveries($1, $2) as value', [senderId, lane]).then(Number),

    async listSenders(): Promise<SenderRow[]> {
      const { rows } = await pool.query<SenderRow>('select * from notify_private.list_senders()');
      return rows;
    },

    register: (
      lane: Lane,
      host: string,
      pid: number,
      senders: readonly number[],
      { sandboxOrigins, allowsPrivateWebhooks }: Reach = { sandboxOrigins: [], allowsPrivateWebhooks: false },
      /** Of each sender's settings, in their order; a change of them is a change of credentials. */
      fingerprints: readonly string[] | null = null,
    ) =>
      value<string>('select notify_private.register_worker($1, $2, $3, $4, $5, $6, $7) as value', [
        lane,
        host,
        pid,
        senders,
        sandboxOrigins,
        fingerprints,
        allowsPrivateWebhooks,
      ]),

    /** Not alive: this worker had been declared dead and must register again. */
    async heartbeat(workerId: string): Promise<{ readonly alive: boolean; readonly sendersChangedAt: Date }> {
      const { rows } = await heartbeatPool.query<{ alive: boolean; sendersChangedAt: Date }>(
        'select alive, senders_changed_at as "sendersChangedAt" from notify_private.heartbeat($1)',
        [workerId],
      );
      return rows[0] as { alive: boolean; sendersChangedAt: Date };
    },

    /** Says again which senders this worker has credentials for, with a fingerprint of each one's settings. */
    reportSenders: (workerId: string, fingerprints: ReadonlyMap<number, string>) =>
      value<void>('select notify_private.report_senders($1, $2, $3) as value', [
        workerId,
        [...fingerprints.keys()],
        [...fingerprints.values()],
      ]),

    retire: (workerId: string) => value<void>('select notify_private.retire_worker($1) as value', [workerId]),

    recover: () => value<string>('select notify_private.recover_claims() as value', []).then(Number),

    /** Enqueues jobs for what is due; in how many milliseconds something is due next, at most a thousand. */
    enqueueDue: (lane: Lane) => value<number>('select notify_private.enqueue_due($1) as value', [lane]),

    /** The batch that a status endpoint is to get now; undefined where there is none, or another worker carries it. */
    async claimStatusBatch(endpointId: string, claimId: string): Promise<StatusBatch | undefined> {
      const { rows } = await pool.query<StatusBatch>({
        name: 'claim-status-batch',
        text: `select webhook_id, url, secrets, fixed_at, dropped_events::float8, events
          from notify_private.claim_status_batch($1, $2)`,
        values: [endpointId, claimId],
      });
      return rows[0];
    },

    /** Until when the endpoint is paused because of it; null where it is not. `null` for a result: nothing came of the call. */
    recordStatusBatch: (endpointId: string, claimId: string, result: Result | null) =>
      value<Date | null>('select notify_private.record_status_batch($1, $2, $3, $4, $5) as value', [
        endpointId,
        claimId,
        result?.outcome ?? 'not_sent',
        result?.outcome === 'rejected' ? result.reason : null,
        result?.outcome === 'rejected' ? (result.retryAt ?? null) : null,
      ]),

    /** True while more enrollments may be due. */
    advanceJourneys: () => value<boolean>('select notify_private.advance_journeys() as value', []),

    /** True while more schedules may be due. */
    fireSchedules: () => value<boolean>('select notify_private.fire_schedules() as value', []),

    /** True while more digests may be due. */
    closeDigests: () => value<boolean>('select notify_private.close_digests() as value', []),

    /** Runs a statement of tasks/upkeep.ts; how much it did. */
    async keepUp(sql: string): Promise<number> {
      const { rows } = await pool.query<{ done: number | string }>(sql);
      return Number(rows[0]?.done ?? 0);
    },

    /** Packs the search index of a person until nothing is left to do; for how many notifications. */
    async compactSearchIndex(recipientId: string): Promise<number> {
      const { rows } = await pool.query<{ done: number }>('call notify_private.compact_one_search_index($1, null)', [
        recipientId,
      ]);
      return Number(rows[0]?.done ?? 0);
    },

    async runDueSweeps() {
      const { rows } = await pool.query<{
        sweepKey: string;
        runId: string;
        seen: number | null;
        tookMs: number;
        failed: boolean;
      }>(
        `select sweep_key as "sweepKey", id as "runId", seen::float8, extract(epoch from took)::float8 * 1000 as "tookMs",
           error is not null as failed
         from notify_private.run_due_sweeps()`,
      );
      return rows;
    },
  };
}

const deliveryIdOf = ({ deliveryId }: Message) => deliveryId;

/** The word of `notify_private.result`. Not begun is our own doing (shutdown), so it does not count as a try. */
function outcomeOf(result: Result): string {
  if (result.outcome === 'accepted') return 'accepted';
  return result.reason === 'not_begun' ? 'not_begun' : result.permanence;
}
