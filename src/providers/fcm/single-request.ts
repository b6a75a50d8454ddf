import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import type { Rejected } from '../error-table.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { Result } from '../types.ts';
import { explainNetworkError, reject } from './failure.ts';

/**
 * One message on its way. firebase-admin repeats a request after 503, ECONNRESET and ETIMEDOUT up to four times, which
 * can be neither configured nor cancelled and may send twice. A flight allows one request: what would be repeated ends
 * it with what is known by then, and a later request of the same flight never leaves.
 */
export type Flight = {
  /** Ends it with the result, unless it has ended. */
  settle(result: Result): void;
  /** Ends it now and cuts its request: `reason` if that was begun, else nothing was sent. */
  giveUp(reason: 'timeout' | 'aborted'): void;
  /** Takes its first request; false for any further one. */
  begin(request: ClientRequest): boolean;
};

/** The flight in whose name code runs, across firebase-admin's promises and timers. */
const current = new AsyncLocalStorage<Flight>();

/** Starts a flight for what `call` sends and resolves to its result, at the latest after `deadlineMs`. */
export function fly(
  call: () => Promise<Result>,
  explain: (error: unknown) => Rejected,
  deadlineMs: number,
  underWay: Set<Flight>,
): Promise<Result> {
  return new Promise((resolve) => {
    let request: ClientRequest | null = null;
    let ended = false;
    const flight: Flight = {
      settle(result) {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        underWay.delete(flight);
        resolve(result);
      },
      giveUp(reason) {
        if (ended) return;
        flight.settle(reject(request ? reason : 'not_begun'));
        request?.destroy(secondRequestError());
      },
      begin(one) {
        if (request || ended) return false;
        request = one;
        one.once('response', ({ statusCode = 0, headers }: IncomingMessage) => {
          if (statusCode !== 503) return;
          flight.settle(reject('UNAVAILABLE', { retryAt: parseRetryAfter(headers['retry-after']) }));
        });
        one.once('error', (error) => flight.settle(explainNetworkError(error)));
        return true;
      },
    };
    const timer = setTimeout(() => flight.giveUp('timeout'), deadlineMs);
    underWay.add(flight);
    current.run(flight, () => {
      call().then(flight.settle, (error) => flight.settle(explain(error)));
    });
  });
}

type RequestQueue = { addRequest(request: ClientRequest, options: object): void };

/**
 * An agent that gives a flight no second request. `addRequest` is how Node's http module hands a request to any agent;
 * it is not in its types.
 */
export function createSingleRequestAgent(options: AgentOptions): Agent {
  const agent = new Agent(options);
  const queue = agent as unknown as RequestQueue;
  const addRequest = queue.addRequest.bind(agent);
  queue.addRequest = (request, requestOptions) => {
    const flight = current.getStore();
    if (!flight || flight.begin(request)) addRequest(request, requestOptions);
    else process.nextTick(() => request.emit('error', secondRequestError()));
  };
  return agent;
}

/** Its code is none that firebase-admin would try again for. */
function secondRequestError(): Error {
  return Object.assign(new Error('the message has its result already'), { code: 'ERR_FLIGHT_ENDED' });
}
