import { randomInt } from 'node:crypto';
import { freePort } from '../../src/ports.ts';

/** A free port that systems give to nobody who asks for any, so that what listens there later, or again, finds it free. */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if ((await freePort(port)) === port) return port;
  }
}
