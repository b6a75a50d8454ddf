import { failure } from './errors.ts';

/**
 * Does work that must end in time, and ends when the caller's signal is aborted. The work's own signal is aborted then; the
 * promise does not wait for it. (`AbortSignal.any` and `AbortSignal.timeout` are missing in React Native.)
 *
 * @throws `NO_ANSWER` when the time is over, `ABORTED` when the caller no longer waits
 */
export function withDeadline<Value>(
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const inner = new AbortController();
  return new Promise((resolve, reject) => {
    const giveUp = (error: Error): void => {
      reject(error);
      inner.abort();
    };
    const onAbort = () => giveUp(aborted(signal));
    const timer = setTimeout(
      () => giveUp(failure('NO_ANSWER', `There was no answer within ${timeoutMs} ms.`, { timeoutMs })),
      timeoutMs,
    );
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) {
      finish();
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort);
    inner.signal.addEventListener('abort', finish);
    work(inner.signal).then(resolve, reject).then(finish);
  });
}

/** Waits, unless the caller's signal is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

const aborted = (signal: AbortSignal | undefined) =>
  failure('ABORTED', 'The request was given up by its caller.', {}, signal?.reason);
