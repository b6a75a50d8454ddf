import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { type Api, startApi } from '../../src/api.ts';
import { readConfig } from '../../src/config/index.ts';
import { createPool } from '../../src/database/pool.ts';
import { createCors } from '../../src/http/cors.ts';
import { createFeedbackRoutes } from '../../src/http/email-feedback.ts';
import { createRouter } from '../../src/http/router.ts';
import { createLinks, type Links } from '../../src/links.ts';
import type { Logger } from '../../src/logger.ts';
import { createSesSource } from '../../src/providers/smtp/feedback/ses.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { jwtSecret, signToken } from '../support/api.ts';
import type { ClusterAddress } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { installPack, makePerson, planDue } from '../support/engine-pack.ts';
import { live, makeSomeone } from '../support/lives.ts';
import { makeSide, makeSideType, type Side } from '../support/side.ts';
import { linkKeys, startWorker, type WorkerProcess } from '../support/worker-process.ts';

export type Answer = {
  /** Of HTTP; of SQL 200, or 400 where it raised. */
  readonly status: number;
  readonly text: string;
  /** SQL alone: the state that it raised. */
  readonly sqlState?: string;
};

/** Whoever calls: somebody of whom each kind of thing is there, and an operator beside them. */
export type Player = { readonly side: Side; readonly tokens: { readonly user: string; readonly operator: string } };

export type Secrets = {
  readonly publicUrl: string;
  readonly twilio: string;
  readonly inbound: string;
  readonly mailgun: string;
  readonly resend: string;
  readonly sendgrid: KeyObject;
  readonly topic: string;
  readonly ses: string;
};

export type FuzzWorld = {
  readonly db: TestDatabase;
  readonly api: Api;
  /** The same API's answer to SNS, whose certificates are had from this machine. */
  readonly sesUrl: string;
  readonly links: Links;
  readonly secrets: Secrets;
  /** Whose ids are known to whoever calls, and nothing else. */
  readonly victim: Side;
  readonly workers: readonly WorkerProcess[];
  /** What the API logged as its own fault, since this was last asked. */
  takeLogged(): string[];
  newPlayer(): Promise<Player>;
  sql(role: string, text: string, values: readonly (string | null)[], me: Player): Promise<Answer>;
  close(): Promise<void>;
};

const [keyId = '', secret = ''] = linkKeys.split(':');
const topic = 'arn:aws:sns:eu-west-1:123456789012:bounces';

/** A database, the API with every route, the sandbox, and the workers where they are wanted. */
export async function startFuzzWorld(options: {
  readonly cluster?: ClusterAddress;
  readonly withWorkers: boolean;
}): Promise<FuzzWorld> {
  const db = await createDatabase(options.cluster ? { cluster: options.cluster } : {});
  await installPack(db);
  // What a person may do in a day is not looked for here; and 'test_email' is for mailboxes as they are.
  await db.owner.query(`update notify.limits set at_most = 1000000;
    update notify.settings set daily_cap = 1000000, require_verified_email = false`);
  const typeKey = await makeSideType(db);
  const someone = async (name: string, doesLive: boolean) => {
    const person = await makeSomeone(db, name);
    const friend = await makePerson(db);
    if (doesLive) await live(db, person, friend);
    // Each side has one announced, and twenty are all that there may be.
    await db.owner.query('delete from notify.announcements');
    return makeSide(db, person, friend, typeKey);
  };
  const victim = await someone('Brunhilde', true);
  // It asks for sweeps that are none.
  await db.owner.query('delete from notify.sweep_runs');
  await planDue(db);

  const sandbox = await startSandbox();
  const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ses = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
    keySize: 2048,
    algorithm: 'sha256',
  });
  const logged: string[] = [];
  const logger = loggerTo(logged);
  const secrets: Secrets = {
    publicUrl: 'https://rowbell.example',
    twilio: sandbox.settings.TWILIO_AUTH_TOKEN ?? '',
    inbound: 'a password of the tests',
    mailgun: 'a signing key of the tests',
    resend: `whsec_${Buffer.from('a signing secret of the tests').toString('base64')}`,
    sendgrid: sendgrid.privateKey,
    topic,
    ses: ses.private,
  };
  const settings: Record<string, string> = {
    ...sandbox.settings,
    PUBLIC_URL: secrets.publicUrl,
    LINK_KEYS: linkKeys,
    EMAIL_INBOUND_SECRET: secrets.inbound,
    POSTMARK_WEBHOOK_SECRET: secrets.inbound,
    MAILGUN_SIGNING_KEY: secrets.mailgun,
    RESEND_WEBHOOK_SECRET: secrets.resend,
    SPARKPOST_WEBHOOK_SECRET: secrets.inbound,
    BREVO_WEBHOOK_SECRET: secrets.inbound,
    MAILJET_WEBHOOK_SECRET: secrets.inbound,
    SENDGRID_WEBHOOK_KEY: sendgrid.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
  const config = readConfig(
    { ...settings, ROWBELL_ENV: 'production', API_DATABASE_URL: db.apiUrl, JWT_SECRET: jwtSecret, PORT: '0' },
    'api',
  );
  const api = await startApi(config, logger);
  await api.ready;
  const links = createLinks([{ id: keyId, secret }]);
  const sesServer = await startSes(db, links, ses.cert, logger);
  const workers = options.withWorkers
    ? await Promise.all(
        (['bulk', 'urgent'] as const).map((lane) => startWorker({ databaseUrl: db.workerUrl, lane, settings })),
      )
    : [];

  return {
    db,
    api,
    sesUrl: sesServer.url,
    links,
    secrets,
    victim,
    workers,
    takeLogged: () => logged.splice(0),
    async newPlayer() {
      // There are 20 at most.
      await db.owner.query('delete from notify.status_endpoints');
      // Whoever played before may have switched it off, as operators can.
      await db.owner.query(
        `update notify.notification_types
         set enabled = true, default_frequency = 'instant', locked_channels = '{}', default_channels = '{push,in_app}' where key = $1`,
        [typeKey],
      );
      const side = await someone('Adelheid', false);
      const user = await signToken(side.person.id, { expiresIn: 86_400 });
      const operator = await signToken(side.person.id, { role: 'operator', expiresIn: 86_400 });
      return { side, tokens: { user, operator } };
    },
    async sql(role, text, values, me) {
      try {
        return await db.asOwner(
          async (client) => {
            await client.query(
              `select set_config('rowbell.user_id', $1, true), set_config('statement_timeout', '60s', true)`,
              [me.side.person.id],
            );
            await client.query(`set local role ${role}`);
            const { rows } = await client.query(text, [...values]);
            return { status: 200, text: JSON.stringify(rows) };
          },
          { commit: true },
        );
      } catch (error) {
        const { code = 'none', message } = error as { code?: string; message: string };
        return { status: 400, text: message, sqlState: code };
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all([api.stop(), sesServer.close()]);
      await sandbox.close();
      await db.drop();
    },
  };
}

/** The route of SNS as the API has it, but for where certificates come from. */
async function startSes(db: TestDatabase, links: Links, certificate: string, logger: Logger) {
  const pool = createPool({
    url: `${db.apiUrl}?options=-c%20role%3Drowbell_http`,
    applicationName: 'fuzz-ses',
    max: 2,
    logger,
  });
  const source = createSesSource({ topics: [topic], readReturn: links.readReturn, fetchText: async () => certificate });
  const server = createServer(
    createRouter(
      createFeedbackRoutes([source], () => pool),
      { logger, cors: createCors([]), noteRefusal: () => {} },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
    },
  };
}

/** Keeps what an operator would be woken by, with the cause that no answer shows. */
function loggerTo(lines: string[]): Logger {
  const nothing = () => {};
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error(event, { error, ...fields } = {}) {
      const {
        message = '',
        code = '',
        where = '',
      } = (error ?? {}) as { message?: string; code?: string; where?: string };
      lines.push(
        `${event} ${JSON.stringify(fields)} ${code} ${message} ${where.split('\n', 2).join(' | ')}`.slice(0, 600),
      );
    },
    child: () => logger,
  };
  return logger;
}

export type { Sandbox };
