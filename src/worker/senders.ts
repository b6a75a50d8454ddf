import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, type Environment, readSender } from '../config/index.ts';
import type { Engine, SenderRow } from '../database/engine.ts';
import type { Logger } from '../logger.ts';
import { createProvider } from '../providers/index.ts';
import type { Provider } from '../providers/types.ts';
import { fingerprintOf } from './fingerprints.ts';

/** A row of `notify.senders` that this process has credentials for, with the provider that sends for it. */
export type Sender = { readonly id: number; readonly provider: Provider };

type Kept = Sender & {
  readonly changedAt: number;
  readonly fingerprint: string;
  /** Closes the provider, once what was claimed for it is on its way and what it is sending has ended; at once when `closing` says so. */
  retire(closing: AbortSignal): Promise<void>;
};

/** How long a handler may take from asking for a sender to sending by it: it claims first, and mails are rendered. */
const retireAfterMs = 60_000;

export type Senders = ReturnType<typeof createSenders>;

export type SendersOptions = {
  readonly engine: Pick<Engine, 'listSenders'>;
  /** The settings of providers. */
  readonly settings: Environment;
  /** Where callbacks lead. */
  readonly publicUrl: string;
  readonly logger: Logger;
};

/**
 * The senders of this process: one provider object each, made anew where operators have changed the row. The default app's
 * take the settings as they are.
 */
export function createSenders({ engine, settings, publicUrl, logger }: SendersOptions) {
  const senders = new Map<number, Kept>();
  const retiring: Promise<void>[] = [];
  const closing = new AbortController();
  let changedAt = 0;

  function make(row: SenderRow): Kept | null {
    const { id, app_key: appKey, provider: name, environment, options, secret_setting: secretSetting, place } = row;
    try {
      const config = readSender(settings, { provider: name, environment, options, secretSetting });
      if (!config) return null;
      const named = appKey === 'default' && place === 1 ? {} : { sender: id };
      const used = { ...config, twilio: config.twilio && { ...config.twilio, ...named, publicUrl } };
      const provider = createProvider(name, used);
      if (!provider) return null;
      return {
        id,
        changedAt: row.changed_at.getTime(),
        fingerprint: fingerprintOf(name, used),
        ...retirable(provider),
      };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      logger.error('sender.misconfigured', { senderId: id, provider: name, problems: error.problems });
      return null;
    }
  }

  return {
    of: (id: number): Sender | undefined => senders.get(id),

    /** Whether operators have changed a sender since the last reading. */
    isOutdated: (lastChange: Date): boolean => lastChange.getTime() !== changedAt,

    /** Reads the rows; the id of each sender that this process can use, with a fingerprint of its settings. */
    async read(): Promise<ReadonlyMap<number, string>> {
      const rows = await engine.listSenders();
      for (const row of rows) {
        const known = senders.get(row.id);
        if (known?.changedAt === row.changed_at.getTime()) continue;
        const made = make(row);
        if (made) senders.set(row.id, made);
        else senders.delete(row.id);
        if (known) retiring.push(known.retire(closing.signal));
      }
      changedAt = Math.max(...rows.map((row) => row.changed_at.getTime()));
      return new Map([...senders.values()].map(({ id, fingerprint }) => [id, fingerprint]));
    },

    /** For the log. */
    names: (): readonly string[] => [...senders.values()].map(({ provider }) => provider.name),

    async close(): Promise<void> {
      closing.abort();
      await Promise.all([...retiring, ...[...senders.values()].map(({ provider }) => provider.close())]);
    },
  };
}

/** A provider that closes by itself when nobody can send by it any more, after it was told to. */
function retirable(provider: Provider): Pick<Kept, 'provider' | 'retire'> {
  let sending = 0;
  let idle = () => {};
  return {
    provider: {
      ...provider,
      async send(batch, signal, progress) {
        sending++;
        try {
          return await provider.send(batch, signal, progress);
        } finally {
          if (--sending === 0) idle();
        }
      },
    },
    async retire(closing) {
      await sleep(retireAfterMs, undefined, { signal: closing, ref: false }).catch(() => {});
      if (sending > 0)
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      await provider.close();
    },
  };
}
