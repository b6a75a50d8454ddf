/**
 * A read whose answer all share who ask while it is under way or within `keptMs` after it: however many ask, it is at work
 * once at most. What fails is kept as long, so that nobody presses on what is down.
 */
export function singleFlight<T>(read: () => Promise<T>, keptMs: number): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let isUnderWay = false;
  let until = 0;
  return () => {
    if (answer && (isUnderWay || Date.now() < until)) return answer;
    isUnderWay = true;
    answer = read().finally(() => {
      isUnderWay = false;
      until = Date.now() + keptMs;
    });
    return answer;
  };
}
