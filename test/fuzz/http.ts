import type { Route } from '../../src/http/router.ts';
import fc from '../support/fast-check.ts';
import type { As, Case, Signer } from './case.ts';
import type { Target } from './target.ts';
import { anything, hostileText } from './values.ts';

type Request = Extract<Case, { kind: 'http' }>;
type Meant = Partial<Request> & { readonly path: string };

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const smtpId = '<⟦me.delivery_id⟧@rowbell.example>';

/** The request that each route is there for, by its method and path. A route that is new fails the run until it stands here. */
const meant: Readonly<Record<string, Meant>> = {
  'POST /graphql': { path: '/graphql', as: 'user', headers: json, body: '{"query":"{unreadCount}"}' },
  'GET /graphql': { path: '/graphql?query=%7BunreadCount%7D&variables=%7B%7D', as: 'user' },
  'GET /schema.graphql': { path: '/schema.graphql', as: 'user' },
  'GET /livez': { path: '/livez' },
  'GET /readyz': { path: '/readyz' },
  'GET /metrics': { path: '/metrics' },
  'GET /web/:id': { path: '/web/elements.js' },
  'GET /export/notifications.csv': { path: '/export/notifications.csv?', as: 'user' },
  'GET /export/notifications.json': { path: '/export/notifications.json?', as: 'user' },
  'GET /export/activity.csv': { path: '/export/activity.csv?', as: 'user' },
  'GET /export/activity.json': { path: '/export/activity.json?', as: 'user' },
  'GET /email/unsubscribe/:id': { path: '/email/unsubscribe/⟦link.unsubscribe.me.recipient_id.~type_key⟧' },
  'POST /email/unsubscribe/:id': {
    path: '/email/unsubscribe/⟦link.unsubscribe.me.recipient_id.~type_key⟧',
    headers: form,
    body: 'List-Unsubscribe=One-Click',
  },
  'GET /email/preferences/:id': { path: '/email/preferences/⟦link.preferences.me.recipient_id⟧' },
  'POST /email/preferences/:id': {
    path: '/email/preferences/⟦link.preferences.me.recipient_id⟧',
    headers: form,
    body: 'choice.⟦me.type_key⟧=daily&tracked=yes',
  },
  'GET /email/verify/:id': { path: '/email/verify/⟦link.verify.me.verification_id⟧' },
  'POST /email/verify/:id': { path: '/email/verify/⟦link.verify.me.verification_id⟧', headers: form },
  'GET /email/open/:id': { path: '/email/open/⟦link.open.me.delivery_id⟧' },
  'GET /email/click/:id': { path: '/email/click/⟦link.click.me.delivery_id.https://app.example/⟧' },
  'POST /callbacks/twilio': {
    path: '/callbacks/twilio',
    headers: form,
    signer: 'twilio',
    body: 'From=%2B4915200000001&To=%2B15005550006&Body=STOP&MessageSid=SM1',
  },
  'POST /callbacks/twilio/:id': {
    path: '/callbacks/twilio/⟦me.delivery_id⟧',
    headers: form,
    signer: 'twilio',
    body: 'MessageSid=SM1&MessageStatus=delivered',
  },
  'POST /callbacks/sendgrid': {
    path: '/callbacks/sendgrid',
    headers: json,
    signer: 'sendgrid',
    body: JSON.stringify([
      {
        'smtp-id': smtpId,
        event: 'bounce',
        type: 'bounce',
        status: '5.1.1',
        reason: 'unknown',
        timestamp: 1_700_000_000,
      },
    ]),
  },
  'POST /callbacks/mailgun': {
    path: '/callbacks/mailgun',
    headers: json,
    signer: 'mailgun',
    body: JSON.stringify({
      event: 'failed',
      severity: 'permanent',
      timestamp: 1_700_000_000,
      'delivery-status': { code: 550, 'enhanced-code': '5.1.1', message: 'No' },
      message: { headers: { 'message-id': smtpId } },
    }),
  },
  'POST /callbacks/postmark': {
    path: '/callbacks/postmark',
    headers: json,
    signer: 'postmark',
    body: JSON.stringify({
      RecordType: 'Bounce',
      Type: 'HardBounce',
      Details: 'smtp;550 5.1.1 unknown',
      BouncedAt: '2026-01-01T00:00:00Z',
      Metadata: { 'rowbell-delivery': '⟦me.delivery_id⟧' },
    }),
  },
  'POST /callbacks/resend': {
    path: '/callbacks/resend',
    headers: json,
    signer: 'resend',
    body: JSON.stringify({
      type: 'email.bounced',
      created_at: '2026-01-01T00:00:00Z',
      data: {
        headers: [{ name: 'X-Rowbell-Delivery', value: '⟦me.delivery_id⟧' }],
        bounce: { type: 'Permanent', subType: 'General', diagnosticCode: ['smtp; 550 5.1.1 unknown'] },
      },
    }),
  },
  'POST /callbacks/sparkpost': {
    path: '/callbacks/sparkpost',
    headers: json,
    signer: 'postmark',
    body: JSON.stringify([
      {
        msys: {
          unsubscribe_event: {
            type: 'link_unsubscribe',
            timestamp: '1700000000',
            rcpt_meta: { 'rowbell-delivery': '⟦me.delivery_id⟧' },
          },
        },
      },
    ]),
  },
  'POST /callbacks/brevo': {
    path: '/callbacks/brevo',
    headers: json,
    signer: 'postmark',
    body: JSON.stringify({
      event: 'hard_bounce',
      reason: '550 5.1.1 unknown',
      ts_event: 1_700_000_000,
      'X-Mailin-custom': '⟦me.delivery_id⟧',
    }),
  },
  'POST /callbacks/mailjet': {
    path: '/callbacks/mailjet',
    headers: json,
    signer: 'postmark',
    body: JSON.stringify([
      { event: 'bounce', hard_bounce: true, error: 'user unknown', time: 1_700_000_000, CustomID: '⟦me.delivery_id⟧' },
    ]),
  },
  'POST /callbacks/ses': {
    path: '/callbacks/ses',
    headers: { 'content-type': 'text/plain' },
    signer: 'ses',
    body: JSON.stringify({
      notificationType: 'Bounce',
      mail: { headers: [{ name: 'X-Rowbell-Delivery', value: '⟦me.delivery_id⟧' }] },
      bounce: {
        bounceType: 'Permanent',
        bouncedRecipients: [{ status: '5.1.1', diagnosticCode: 'smtp; 550' }],
        timestamp: '2026-01-01T00:00:00Z',
      },
    }),
  },
  'POST /email/inbound': {
    path: '/email/inbound',
    headers: { 'content-type': 'message/rfc822' },
    signer: 'inbound',
    body: 'Subject: Hello\r\n\r\nHello',
  },
};

const asRequest = (method: string, { path, ...more }: Meant): Request => ({
  kind: 'http',
  as: 'nobody',
  method,
  path,
  headers: {},
  body: '',
  ...more,
});

/** Every route, as it is meant and not. `routes` of the API, and SNS's, which is served beside it. */
export function httpTargets(routes: readonly Pick<Route, 'method' | 'path'>[]): Target[] {
  const all = [...routes, { method: 'POST', path: '/callbacks/ses' } as const];
  return all.map(({ method, path }) => {
    const name = `${method} ${path}`;
    const known = meant[name];
    if (!known) throw new Error(`test/fuzz/http.ts does not know what a request to ${name} is`);
    const request = asRequest(method, known);
    return { name, changes: false, plain: [request], cases: hostileRequests(request) };
  });
}

/** The same request with one or two parts of it that are not as they should be. */
function hostileRequests(request: Request): fc.Arbitrary<Case> {
  const prefix = request.path.slice(0, request.path.lastIndexOf('/') + 1);
  const purpose = /^\/email\/(\w+)\//.exec(request.path)?.[1];
  const isJson = request.headers['content-type'] === 'application/json' || request.signer === 'ses';
  const header = fc.oneof(
    fc.tuple(
      fc.constantFrom(
        'content-type',
        'accept-language',
        'user-agent',
        'x-forwarded-for',
        'authorization',
        'accept',
        'if-none-match',
        'origin',
      ),
      hostileText,
    ),
    fc.constantFrom(
      ['content-type', 'text/plain'],
      ['content-type', 'multipart/form-data; boundary='],
      ['content-encoding', 'gzip'],
      ['accept-language', `${'de-'.repeat(300)}x;q=NaN`],
    ),
  );
  const change: fc.Arbitrary<Partial<Request>> = fc.oneof(
    ...(purpose
      ? [
          fc
            .tuple(fc.constantFrom('recipient_id', 'delivery_id', 'verification_id', 'nothing'), hostileText)
            .map(([key, text]) => ({ path: `${prefix}⟦link.${purpose}.me.${key}.${linkable(text)}⟧` })),
          fc
            .tuple(fc.constantFrom('open', 'verify'), hostileText)
            .map(([other]) => ({ path: `${prefix}⟦link.${other}.me.delivery_id⟧` })),
          hostileText.map((text) => ({ path: `${request.path}${pathable(text)}` })),
        ]
      : []),
    hostileText.map((text) => ({ path: `${prefix}${pathable(text) || 'x'}` })),
    fc
      .array(
        fc.tuple(
          fc.constantFrom('search', 'types', 'since', 'until', 'channels', 'format', 'read', 'x', '__proto__'),
          hostileText,
        ),
        { maxLength: 3 },
      )
      .map((pairs) => ({
        path: `${request.path.split('?', 1)[0]}?${pairs.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join('&')}`.slice(
          0,
          8_000,
        ),
      })),
    fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH').map((method) => ({ method })),
    header.map(([name = '', value = '']) => ({ headers: { ...request.headers, [name]: value.slice(0, 4_000) } })),
    ...(isJson ? [hostileJson(request.body), hostileJson(request.body)] : []),
    ...(request.headers['content-type'] === form['content-type']
      ? [hostileForm(request.body), hostileForm(request.body)]
      : []),
    hostileText.map((body) => ({ body })),
    anything.map((value) => ({ body: JSON.stringify(value) })),
    ...(request.signer ? [fc.constant({ isWrong: true })] : []),
    fc.constantFrom<As>('user', 'operator', 'nobody').map((as) => ({ as })),
  );
  return fc
    .array(change, { minLength: 1, maxLength: 2 })
    .map((changes) => Object.assign({}, request, ...changes) as Case);
}

/** One member of a JSON body, wherever it stands, as it should not be. */
function hostileJson(body: string): fc.Arbitrary<Partial<Request>> {
  const places: (readonly (string | number)[])[] = [];
  const walk = (json: unknown, path: readonly (string | number)[]) => {
    if (path.length > 0) places.push(path);
    if (typeof json === 'object' && json !== null)
      for (const [name, value] of Object.entries(json))
        walk(value, [...path, Array.isArray(json) ? Number(name) : name]);
  };
  const parsed: unknown = JSON.parse(body);
  walk(parsed, []);
  if (places.length === 0) return anything.map((value) => ({ body: JSON.stringify(value) }));
  return fc.tuple(fc.constantFrom(...places), anything).map(([path, value]) => {
    const copy: unknown = structuredClone(parsed);
    const parent = path.slice(0, -1).reduce((at, name) => (at as Record<string | number, unknown>)[name], copy);
    (parent as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
    return { body: JSON.stringify(copy) };
  });
}

function hostileForm(body: string): fc.Arbitrary<Partial<Request>> {
  const fields = [...new URLSearchParams(body)];
  const names = [
    ...fields.map(([name]) => name),
    'MessageStatus',
    'CallStatus',
    'ErrorCode',
    'AnsweredBy',
    'OptOutType',
    'scope',
    'choice.',
    'choice.__proto__',
    'tracked',
  ];
  return fc.tuple(fc.constantFrom(...names), hostileText).map(([name, text]) => {
    const changed = new URLSearchParams(fields);
    changed.set(name, text.slice(0, 60_000));
    return { body: changed.toString() };
  });
}

/** Without what would end the placeholder, or begin another path. */
const linkable = (text: string) => text.replace(/[⟦⟧]/gu, '').slice(0, 2_000);
const pathable = (text: string) => encodeURIComponent(text.toWellFormed()).slice(0, 4_000);

export type { Signer };
