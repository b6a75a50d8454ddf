/**
 * Gathers what is asked one by one, and asks it together: at once where there is room, else when a batch before has been
 * answered. So ten thousand who come back at a time are a hundred queries, and one who comes alone does not wait.
 *
 * @param ask answers in the order of what it is given
 */
export function createBatches<In, Out>(
  ask: (inputs: readonly In[]) => Promise<readonly Out[]>,
  { size, atOnce }: { readonly size: number; readonly atOnce: number },
): (input: In) => Promise<Out> {
  type Waiting = {
    readonly input: In;
    readonly resolve: (answer: Out) => void;
    readonly reject: (error: unknown) => void;
  };
  let waiting: Waiting[] = [];
  let underWay = 0;
  let isPlanned = false;

  const start = (): void => {
    isPlanned = false;
    while (underWay < atOnce && waiting.length > 0) {
      const batch = waiting.slice(0, size);
      waiting = waiting.slice(size);
      underWay += 1;
      ask(batch.map(({ input }) => input))
        .then(
          (answers) => {
            for (const [place, { resolve }] of batch.entries()) resolve(answers[place] as Out);
          },
          (error: unknown) => {
            for (const { reject } of batch) reject(error);
          },
        )
        .finally(() => {
          underWay -= 1;
          start();
        });
    }
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (isPlanned) return;
      isPlanned = true;
      // Whoever asks in the same turn comes along.
      setImmediate(start);
    });
}
