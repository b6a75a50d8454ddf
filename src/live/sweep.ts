/** Turns that a sweep is cut into. */
const turns = 20;

/**
 * Looks at each of many about once in so long, a few at a turn: what is done about each (a ping is a write to its socket) would
 * otherwise hold up everybody else's frames while it is done for all. Whoever comes or goes meanwhile may be looked at in the next sweep.
 *
 * @returns stops it
 */
export function startSweep<T>(all: ReadonlySet<T>, everyMs: number, look: (one: T) => void): () => void {
  let rest = all.values();
  const timer = setInterval(() => {
    for (let left = Math.ceil(all.size / turns); left > 0; left--) {
      const { value, done } = rest.next();
      if (done) {
        rest = all.values();
        return;
      }
      look(value);
    }
  }, everyMs / turns);
  return () => clearInterval(timer);
}
