import type { Identity } from '../graphql/identity.ts';
import type { Logger } from '../logger.ts';
import type { Queries } from './shared-pool.ts';

/** The database writes as often for a device, whichever process asks it to. */
const restMs = 6 * 3_600_000;
const maxRemembered = 10_000;

/**
 * Tells the database that a session is in touch, so that its devices are not thought dead: on its first request, then
 * every six hours. Never waited for, and what fails is tried with the next request.
 *
 * @param queries a share in connections as `rowbell_http`
 */
export function createContactNotes(queries: Queries, logger: Logger): (identity: Identity) => void {
  // In the order of their time, so the first is the one to forget.
  const notedAtMs = new Map<string, number>();
  return ({ role, userId, sessionId }) => {
    if (role !== 'user' || sessionId === null) return;
    const session = `${userId} ${sessionId}`;
    const now = Date.now();
    if ((notedAtMs.get(session) ?? -restMs) > now - restMs) return;
    notedAtMs.delete(session);
    if (notedAtMs.size >= maxRemembered) notedAtMs.delete(notedAtMs.keys().next().value ?? '');
    notedAtMs.set(session, now);
    queries.query('select notify_private.touch_devices($1, $2)', [userId, sessionId]).catch((error: unknown) => {
      notedAtMs.delete(session);
      logger.warn('contact.unnoted', { error });
    });
  };
}
