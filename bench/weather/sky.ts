import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { FaultInput } from '../../src/sandbox/faults.ts';
import type { Numbered, Question, Taken } from './sandbox.ts';

/** The providers of a storm (bench/weather/sandbox.ts), from outside. */
export type Sky = {
  readonly settings: Readonly<Record<string, string>>;
  readonly origins: { readonly web_push: readonly string[]; readonly webhook: readonly string[] };
  /** Switches a fault on at one of the places; its id. */
  begin(place: number, fault: FaultInput): Promise<string>;
  /** How many requests it has struck. */
  strikes(place: number, id: string): Promise<number>;
  /** Switches it off; how many it has struck. */
  end(place: number, id: string): Promise<number>;
  /** When each delivery was taken, every time it was. */
  taken(): Promise<Taken>;
  close(): Promise<void>;
};

export async function openSky(): Promise<Sky> {
  const child = fork(new URL('sandbox.ts', import.meta.url), { execArgv: ['--max-semi-space-size=32'] });
  const [facts] = (await once(child, 'message')) as [Pick<Sky, 'settings' | 'origins'>];
  const waiting = new Map<number, (answer: unknown) => void>();
  let last = 0;
  child.on('message', ({ number, answer }: { number: number; answer: unknown }) => {
    waiting.get(number)?.(answer);
    waiting.delete(number);
  });
  const ask = <T>(question: Question) =>
    new Promise<T>((resolve) => {
      const number = ++last;
      waiting.set(number, resolve as (answer: unknown) => void);
      child.send({ ...question, number } satisfies Numbered<Question>);
    });
  return {
    ...facts,
    begin: (place, fault) => ask({ ask: 'begin', place, fault }),
    strikes: (place, id) => ask({ ask: 'strikes', place, id }),
    end: (place, id) => ask({ ask: 'end', place, id }),
    taken: () => ask({ ask: 'taken' }),
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
