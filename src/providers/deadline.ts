/**
 * Runs a call with a signal that is aborted by `signal`, or with a TimeoutError after `ms`. Timer and listener are gone
 * with the call; `AbortSignal.any` and `AbortSignal.timeout` would keep theirs until the time is up, at thousands of
 * calls a second some hundred megabytes.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  ms: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const giveUp = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DOMException('No answer in time.', 'TimeoutError')), ms);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
