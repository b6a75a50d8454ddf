import * as documents from './documents.ts';
import type { CallHistoryQuery, CallHistoryQueryVariables } from './generated/operations.ts';
import type { RequestOptions, Send } from './send.ts';

export type CallHistory = CallHistoryQuery['callHistory'];
export type CallHistoryEntry = CallHistory['nodes'][number];

/** Coaching calls: docs/coaching.md. In an installation without this pack these fields do not exist (`INVALID_INPUT`). */
export function createCalls(send: Send) {
  return {
    /** What was sent before and after calls, the newest first. */
    async history(query: CallHistoryQueryVariables = {}, options?: RequestOptions): Promise<CallHistory> {
      return (await send(documents.callHistory, query, options)).callHistory;
    },
  };
}
