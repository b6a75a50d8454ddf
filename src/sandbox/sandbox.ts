import { startAdmin } from './admin.ts';
import { startApns } from './apns.ts';
import { openCredentials } from './credentials.ts';
import { createFaults, type Faults } from './faults.ts';
import { startFcm } from './fcm.ts';
import { createJournal, type Journal } from './journal.ts';
import type { RunningServer, ServerContext, StartServer } from './server.ts';
import { startSmtp } from './smtp.ts';
import { startTwilio } from './twilio.ts';
import { startWebPush } from './web-push.ts';
import { startWebhook } from './webhook.ts';

/** Every protocol server; a new one is one line. Started in this order, each on its own port. */
const servers: readonly { readonly name: string; readonly start: StartServer }[] = [
  { name: 'apns', start: startApns },
  { name: 'fcm', start: startFcm },
  { name: 'web_push', start: startWebPush },
  { name: 'twilio', start: startTwilio },
  { name: 'smtp', start: startSmtp },
  { name: 'webhook', start: startWebhook },
];

export type SandboxOptions = {
  /** Where credentials and ports are kept between runs; absent: they last as long as the process. */
  readonly dataDir?: string | undefined;
  /** Port of the admin page; 0 or absent: the one of the last run, or any free one. */
  readonly port?: number | undefined;
  /** Interface to bind; 127.0.0.1 unless told. */
  readonly host?: string | undefined;
  /** Name under which clients reach the sandbox; the bound interface unless told. */
  readonly publicHost?: string | undefined;
  readonly journalLimit?: number | undefined;
  readonly twilioCallbackBase?: string | undefined;
};

export type Sandbox = {
  /** The admin page. */
  readonly url: string;
  /** Environment variables that point the real SDKs here. Secrets among them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly ports: Readonly<Record<string, number>>;
  /** Stops every server; idempotent. */
  close(): Promise<void>;
};

/**
 * Starts loopback servers that speak the providers' protocols. The real SDKs talk to them by nothing but the returned
 * settings: the code path is the production one. Rejects, with everything stopped again, when a server cannot start.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { dataDir, port = 0, host = '127.0.0.1', publicHost = host, journalLimit = 5000, twilioCallbackBase } = options;
  const journal = createJournal({ limit: journalLimit });
  const faults = createFaults();
  const store = await openCredentials({ dataDir, publicHost });
  const base = { journal, faults, credentials: store.credentials, host, publicHost };
  const context = { ...base, twilioCallbackBase: twilioCallbackBase ?? null };
  const running: RunningServer[] = [];
  const ports: Record<string, number> = {};
  const settings: Record<string, string> = {};
  const close = async () => {
    await Promise.all(running.map((server) => server.close()));
  };

  try {
    for (const { name, start } of servers) {
      const server = await startWhereFree(start, { ...context, port: store.credentials.ports[name] ?? 0 });
      running.push(server);
      ports[name] = server.port;
      Object.assign(settings, server.settings);
    }
    const adminContext = { ...context, port: port || (store.credentials.ports.admin ?? 0) };
    const admin = port ? await startAdmin(adminContext) : await startWhereFree(startAdmin, adminContext);
    running.push(admin);
    ports.admin = admin.port;
    await store.savePorts(ports);
    return { url: `http://${publicHost}:${admin.port}/`, settings, journal, faults, ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A remembered port may be taken by now: then any other will do. */
async function startWhereFree(start: StartServer, context: ServerContext): Promise<RunningServer> {
  try {
    return await start(context);
  } catch (error) {
    if (context.port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return await start({ ...context, port: 0 });
  }
}
