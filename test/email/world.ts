import PostalMime, { type Email } from 'postal-mime';
import type { Claimed } from '../../src/database/claimed.ts';
import type { Lane } from '../../src/database/engine.ts';
import { createLinks, type Links } from '../../src/links.ts';
import { createLogger } from '../../src/logger.ts';
import { createSmtp } from '../../src/providers/smtp/index.ts';
import type { Entry } from '../../src/sandbox/journal.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createBackground } from '../../src/worker/background.ts';
import { createCompose } from '../../src/worker/compose.ts';
import { deliverySend } from '../../tasks/delivery__send.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf, planningContext } from '../support/worker-context.ts';
import { linkKeys } from '../support/worker-process.ts';

export const publicUrl = 'https://rowbell.example';
const [keyId = '', secret = ''] = linkKeys.split(':');
const logger = createLogger({ level: 'silent', component: 'test' });

/** A mail as the mailbox got it. */
export type Received = Entry & { readonly mail: Email };

/** A database, the API, the sandbox's mail server, and the engine run by hand in between. */
export type World = {
  readonly db: TestDatabase;
  readonly api: TestApi;
  readonly sandbox: Sandbox;
  readonly links: Links;
  /** Plans and sends all that is due; what the mailboxes got by it, oldest first. `before` each is rendered. */
  deliver(before?: (claimed: Claimed) => void): Promise<Received[]>;
  /** Answers at the API for a link as it stands in a mail. */
  open(link: string, request?: RequestInit): Promise<Response>;
  /** Posts a form to it. */
  post(link: string, form?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
};

export async function startWorld(environment: Record<string, string> = {}): Promise<World> {
  const db = await createDatabase();
  await installPack(db);
  const [sandbox, api] = await Promise.all([startSandbox(), startTestApi(db, environment)]);
  const { SMTP_URL = '', MAIL_FROM = '', SMTP_CA = '', MAIL_RETURN_PATH = '' } = sandbox.settings;
  const smtp = createSmtp({ url: SMTP_URL, from: MAIL_FROM, ca: SMTP_CA, returnPath: MAIL_RETURN_PATH || null });
  const compose = createCompose({
    keys: [{ id: keyId, secret }],
    publicUrl,
    appUrl: 'https://app.example',
    engine: engineOf(db),
  });
  const workers: Record<Lane, string> = {
    bulk: await register(db, 'bulk'),
    urgent: await register(db, 'urgent'),
  };
  const send = async (lane: Lane, before: (claimed: Claimed) => void) => {
    const rendering = (claimed: Claimed) => {
      before(claimed);
      return compose(claimed);
    };
    const background = createBackground(logger);
    const context = {
      ...planningContext(db, [smtp]),
      compose: rendering,
      lane,
      workerId: () => workers[lane],
      background: background.add,
    };
    await deliverySend(context)({ sender: senders.smtp });
    // A mail server that takes its time is not waited for by the task.
    await background.done();
  };
  const open: World['open'] = (link, request) =>
    fetch(link.replace(publicUrl, api.url), { redirect: 'manual', ...request });

  return {
    db,
    api,
    sandbox,
    links: createLinks([{ id: keyId, secret }]),
    async deliver(before = () => {}) {
      const since = sandbox.journal.list({ limit: 1 })[0]?.id ?? 0;
      await planDue(db);
      await send('urgent', before);
      await send('bulk', before);
      const entries = sandbox.journal
        .list({ provider: 'smtp', since })
        .filter(({ status }) => status === 250)
        .reverse();
      return Promise.all(
        entries.map(async (entry) => ({
          ...entry,
          mail: await PostalMime.parse((entry.raw as { source: string }).source),
        })),
      );
    },
    open,
    post: (link, form = {}) => open(link, { method: 'POST', body: new URLSearchParams(form) }),
    async close() {
      await Promise.all([smtp.close(), api.stop()]);
      await sandbox.close();
      await db.drop();
    },
  };
}

const register = (db: TestDatabase, lane: Lane) =>
  one<string>(db.worker, `select notify_private.register_worker($1, 'test', 1, '{4}')`, [lane]);

/** Links of a mail's HTML, as a reader would follow them. */
export const linksIn = ({ mail }: Received): string[] =>
  [...(mail.html ?? '').matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) =>
    (url ?? '').replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
  );

/** The one link of a mail below a path. */
export function linkTo(received: Received | undefined, path: string): string {
  const found = received ? linksIn(received).find((link) => new URL(link).pathname.startsWith(path)) : undefined;
  if (!found) throw new Error(`no link to ${path}`);
  return found;
}
