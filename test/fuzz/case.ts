import { createHmac, randomUUID, sign } from 'node:crypto';
import { request } from 'node:http';
import twilio from 'twilio';
import type { Answer, FuzzWorld, Player } from './world.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
export type As = 'nobody' | 'user' | 'operator';
/** Who signs a request: each as its provider does, or `wrong`ly. */
export type Signer = 'twilio' | 'sendgrid' | 'mailgun' | 'postmark' | 'resend' | 'ses' | 'inbound';

/**
 * One call, as it can be written down and made again. Ids stand as `⟦me.trip_id⟧` or `⟦other.trip_id⟧`, which are found in
 * whatever world it is made in; `⟦link.click.me.delivery_id.TEXT⟧` is the token of a signed link (with `~type_key` in it: of theirs), `⟦return⟧` what
 * the return path of the caller's mail has after its plus.
 */
export type Case =
  | { readonly kind: 'graphql'; readonly as: As; readonly query: string; readonly variables: Json }
  | {
      readonly kind: 'http';
      readonly as: As;
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly signer?: Signer;
      readonly isWrong?: boolean;
    }
  | { readonly kind: 'sql'; readonly role: string; readonly text: string; readonly values: readonly (string | null)[] };

const placeholder = /⟦(return)⟧|⟦(me|other)\.([^⟧]+)⟧|⟦link\.(\w+)\.(me|other)\.(\w+)(?:\.([^⟧]*))?⟧/gu;

/** Whatever is needed to make a call in a world, in place of what stands for it. Lists are lists only in JSON. */
function resolveText(text: string, world: FuzzWorld, me: Player): string {
  return text.replace(placeholder, (_, isReturn, whose, key, purpose, linkWhose, linkKey, linkText = '') => {
    if (isReturn !== undefined) return world.links.signReturn(me.side.ids.delivery_id ?? '');
    const side = (who: string) => (who === 'me' ? me.side : world.victim);
    if (purpose === undefined) return side(whose).ids[key] ?? '';
    const id = side(linkWhose).ids[linkKey] ?? randomUUID();
    return world.links.sign(
      purpose,
      { id, text: linkText.startsWith('~') ? (side(linkWhose).ids[linkText.slice(1)] ?? '') : linkText },
      new Date(Date.now() + 3_600_000),
    );
  });
}

function resolveJson(json: Json | undefined, world: FuzzWorld, me: Player): Json | undefined {
  if (typeof json === 'string') {
    const text = resolveText(json, world, me);
    const isList = text !== json && /^\{.*\}$/.test(text);
    return isList ? text.slice(1, -1).split(',') : text;
  }
  if (Array.isArray(json)) return json.map((each) => resolveJson(each, world, me) ?? null);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [resolveText(name, world, me), resolveJson(value, world, me)]),
  );
}

/** The same call with nothing left to be found. */
export function resolve(call: Case, world: FuzzWorld, me: Player): Case {
  const text = (value: string) => resolveText(value, world, me);
  switch (call.kind) {
    case 'graphql':
      return { ...call, query: text(call.query), variables: resolveJson(call.variables, world, me) ?? null };
    case 'http':
      return {
        ...call,
        path: sayable(text(call.path)),
        body: text(call.body),
        headers: Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name, text(value)])),
      };
    case 'sql':
      return { ...call, values: call.values.map((value) => (value === null ? null : text(value))) };
  }
}

/** Makes a call that is resolved. Rejects where nobody answers. */
export async function make(call: Case, world: FuzzWorld, me: Player): Promise<Answer> {
  if (call.kind === 'sql') return world.sql(call.role, call.text, call.values, me);
  const token = call.as === 'nobody' ? null : me.tokens[call.as];
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  if (call.kind === 'graphql') {
    return send(
      world.api.url,
      'POST',
      '/graphql',
      { 'content-type': 'application/json', ...authorization },
      deepened(JSON.stringify({ query: call.query, variables: call.variables })),
    );
  }
  const signed = call.signer ? signedBy[call.signer](call, world) : { body: call.body, headers: {} };
  const url = call.signer === 'ses' ? world.sesUrl : world.api.url;
  return send(
    url,
    call.method,
    call.path,
    { ...authorization, ...signed.headers, ...call.headers },
    deepened(signed.body),
  );
}

/** JSON deeper than anything here could walk through, where `⟦deep⟧` stands. */
const deepened = (text: string) => text.replace('"⟦deep⟧"', () => `${'['.repeat(20_000)}${']'.repeat(20_000)}`);

type Request = Extract<Case, { kind: 'http' }>;
type Signed = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

const signedBy: Readonly<Record<Signer, (request: Request, world: FuzzWorld) => Signed>> = {
  twilio({ body, path, isWrong }, { secrets }) {
    const parameters = Object.fromEntries(new URLSearchParams(body));
    const signature = twilio.getExpectedTwilioSignature(
      isWrong ? 'x' : secrets.twilio,
      secrets.publicUrl + path,
      parameters,
    );
    return { body, headers: { 'x-twilio-signature': signature } };
  },
  sendgrid({ body, isWrong }, { secrets }) {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = sign('sha256', Buffer.from(timestamp + body + (isWrong ? ' ' : '')), secrets.sendgrid).toString(
      'base64',
    );
    return {
      body,
      headers: {
        'x-twilio-email-event-webhook-signature': signature,
        'x-twilio-email-event-webhook-timestamp': timestamp,
      },
    };
  },
  mailgun({ body, isWrong }, { secrets }) {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const token = randomUUID();
    const signature = createHmac('sha256', isWrong ? 'x' : secrets.mailgun)
      .update(timestamp + token)
      .digest('hex');
    return {
      body: `{"signature":${JSON.stringify({ timestamp, token, signature })},"event-data":${body}}`,
      headers: {},
    };
  },
  postmark({ body, isWrong }, { secrets }) {
    const password = Buffer.from(`any:${isWrong ? 'x' : secrets.inbound}`).toString('base64');
    return { body, headers: { authorization: `Basic ${password}` } };
  },
  resend({ body, isWrong }, { secrets }) {
    const [id, timestamp] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
    const key = isWrong ? 'x' : Buffer.from(secrets.resend.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { body, headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` } };
  },
  inbound({ body, isWrong }, { secrets }) {
    return { body, headers: { authorization: `Bearer ${isWrong ? 'x' : secrets.inbound}` } };
  },
  ses({ body, isWrong }, { secrets }) {
    const message: Record<string, string> = {
      Type: 'Notification',
      MessageId: randomUUID(),
      TopicArn: secrets.topic,
      Message: body,
      Timestamp: new Date().toISOString(),
      SignatureVersion: '2',
      SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
    };
    const text = ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type']
      .map((name) => `${name}\n${message[name]}\n`)
      .join('');
    const Signature = sign('sha256', Buffer.from(isWrong ? `${text} ` : text), secrets.ses).toString('base64');
    return { body: JSON.stringify({ ...message, Signature }), headers: {} };
  },
};

/** A path as it can be sent at all. */
const sayable = (path: string) => path.replace(/[^\x21-\x7e]/gu, (sign) => encodeURIComponent(sign.toWellFormed()));

/** Headers may have what no client would send; what HTTP itself cannot say is left out. */
function send(
  url: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const headersSaid = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Buffer.from(value)
        .toString('latin1')
        .replace(/[^\t\x20-\x7e\x80-\xff]/g, ''),
    ]),
  );
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { ...headersSaid, 'content-length': Buffer.byteLength(body) },
        timeout: 120_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const head = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`);
          resolve({ status: response.statusCode ?? 0, text: `${head.join('\n')}\n\n${Buffer.concat(chunks)}` });
        });
        response.on('error', reject);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer within two minutes')));
    asked.on('error', reject);
    asked.end(body);
  });
}
