import type { Engine } from '../database/engine.ts';
import { createProviders, type ProviderOptions } from '../providers/index.ts';
import type { Provider } from '../providers/types.ts';
import { fingerprintsOf } from './fingerprints.ts';

/** A row of `notify.senders` that this process has credentials for, with the provider that sends for it. */
export type Sender = { readonly id: number; readonly provider: Provider };

export type Senders = ReturnType<typeof createSenders>;

/** The senders of this process. */
export function createSenders(engine: Pick<Engine, 'listSenders'>, options: ProviderOptions) {
  const providers = createProviders(options);
  const fingerprints = fingerprintsOf(options, providers.keys());
  const senders = new Map<number, Sender>();

  return {
    of: (id: number): Sender | undefined => senders.get(id),

    /** Reads the rows; the id of each sender that this process can use, with a fingerprint of its settings. */
    async read(): Promise<ReadonlyMap<number, string>> {
      const usable = new Map<number, string>();
      for (const { id, provider: name } of await engine.listSenders()) {
        const provider = providers.get(name);
        const fingerprint = fingerprints.get(name);
        if (!provider || !fingerprint) continue;
        senders.set(id, { id, provider });
        usable.set(id, fingerprint);
      }
      return usable;
    },

    /** For the log. */
    names: (): readonly string[] => [...senders.values()].map(({ provider }) => provider.name),

    async close(): Promise<void> {
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}
