import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import { type Answer, connectionCounter, headersOf, readBody, retryAfter, send } from './http.ts';
import { delay, listen, type StartServer } from './server.ts';
import { type Progress, progressOf, walk } from './twilio-callbacks.ts';
import { callOf, callParams, callStepsOf, judgeCall, spokenIn } from './twilio-calls.ts';

const maxBodyBytes = 64 * 1024;
const maxCharacters = 1600;
/** Messages kept for the list endpoint. */
const maxMessages = 5000;

/** Codes of refusals with their status and Twilio's words; a fault of kind `reject` may name any of them. */
const twilioErrors: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  13223: { status: 400, message: 'Dial: Invalid phone number format' },
  13224: { status: 400, message: 'Dial: Invalid phone number' },
  13227: { status: 400, message: 'Dial: No International Authorization' },
  20001: { status: 400, message: 'Invalid parameter' },
  20003: { status: 401, message: 'Authenticate' },
  20404: { status: 404, message: 'The requested resource was not found' },
  20429: { status: 429, message: 'Too Many Requests' },
  20500: { status: 500, message: 'Internal Server Error' },
  20503: { status: 503, message: 'Service Unavailable' },
  21201: { status: 400, message: "No 'To' number is specified" },
  21205: { status: 400, message: 'Url is not a valid url, or neither Url nor Twiml is given' },
  21210: { status: 400, message: "'From' phone number not verified" },
  21211: { status: 400, message: "Invalid 'To' Phone Number" },
  21212: { status: 400, message: "Invalid 'From' Phone Number" },
  21215: { status: 400, message: 'Account not authorized to call' },
  21216: { status: 400, message: 'Account not allowed to call this number' },
  21408: { status: 400, message: 'Permission to send an SMS has not been enabled for the region' },
  21602: { status: 400, message: 'Message body is required.' },
  21603: { status: 400, message: "A 'From' phone number is required." },
  21604: { status: 400, message: "A 'To' phone number is required." },
  21606: { status: 400, message: "The 'From' phone number is not a valid, SMS-capable number of this account" },
  21609: { status: 400, message: 'The StatusCallback URL is not a valid url.' },
  21610: { status: 400, message: 'Attempt to send to unsubscribed recipient' },
  21612: { status: 400, message: "The message cannot be sent with this combination of 'To' and 'From'" },
  21614: { status: 400, message: "'To' number is not a valid mobile number" },
  21617: { status: 400, message: 'The concatenated message body exceeds the 1600 character limit' },
};

type Params = Readonly<Record<string, string>>;
type SmsMessage = Record<string, unknown> & { readonly sid: string; readonly to: string };

/**
 * Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource): create, list, fetch. Accepted messages
 * go through `sent` to `delivered` with signed status callbacks. A fault `reset` whose reason is `accepted` takes the
 * message and loses only the answer; `gone` is a recipient who sent STOP. Calls (`Calls.json`) are the provider
 * `twilio_voice`, with faults of their own.
 */
export const startTwilio: StartServer = async (context) => {
  const { journal, faults, credentials, host, publicHost, port, twilioCallbackBase } = context;
  const { accountSid, authToken, from } = credentials.twilio;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const messages = new Map<string, SmsMessage>();
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const connectionOf = connectionCounter(server);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxBodyBytes);
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const path = /^\/2010-04-01\/Accounts\/([^/]+)\/(Messages|Calls)(?:\/([^/]+))?\.json$/.exec(url.pathname);
    const [, account, resource, sid] = path ?? [];
    if (request.headers.authorization !== authorization) return send(response, refusal('20003'));
    if (account !== accountSid) return send(response, refusal('20404'));
    if (resource === 'Calls') {
      if (request.method !== 'POST' || sid || body === null) return send(response, refusal('20404'));
      return createCall(request, response, new URLSearchParams(body.toString()));
    }
    if (request.method === 'GET') return send(response, sid ? fetchOne(sid) : list(url.searchParams));
    if (request.method !== 'POST' || sid || body === null) return send(response, refusal('20404'));
    return create(request, response, Object.fromEntries(new URLSearchParams(body.toString())));
  }

  function fetchOne(sid: string): Answer {
    const message = messages.get(sid);
    return message ? { status: 200, json: message } : refusal('20404');
  }

  function list(query: URLSearchParams): Answer {
    const to = query.get('To');
    const size = Math.min(Math.max(Number(query.get('PageSize')) || 50, 1), 1000);
    const found = [...messages.values()].reverse().filter((message) => to === null || message.to === to);
    const page = { page: 0, page_size: size, start: 0, end: Math.min(found.length, size) - 1 };
    const none = { next_page_uri: null, previous_page_uri: null };
    return { status: 200, json: { messages: found.slice(0, size), ...page, ...none, first_page_uri: '', uri: '' } };
  }

  async function create(request: IncomingMessage, response: ServerResponse, params: Params): Promise<void> {
    const fault = faults.next('twilio', params.To ?? '');
    if (fault?.latencyMs && fault.kind !== 'late_receipt') await delay(fault.latencyMs);
    const cut = fault?.kind === 'reset';
    const lost = cut && fault.reason !== 'accepted';
    const code = (fault && imposed(fault)) ?? judge(params, from);
    const answer = code ? refusal(code, fault) : { status: 201, json: accept(params, fault, lost) };
    journal.record({
      provider: 'twilio',
      address: params.To ?? '',
      deliveryId: params.StatusCallback?.split('/').at(-1) ?? null,
      status: cut ? 0 : answer.status,
      reason: cut ? (fault.reason ?? 'reset') : code,
      title: null,
      body: params.Body ?? null,
      data: {},
      headers: headersOf(request),
      connection: connectionOf(request),
      raw: params,
    });
    if (cut) return void request.socket.destroy();
    send(response, answer, fault);
  }

  /** Takes a message and sets it on its way; `lost` ones go nowhere. */
  function accept(params: Params, fault: Fault | null, lost: boolean): SmsMessage {
    const message = messageOf(params, accountSid);
    if (lost) return message;
    messages.set(message.sid, message);
    if (messages.size > maxMessages) messages.delete(messages.keys().next().value ?? '');
    const options = { authToken, base: twilioCallbackBase, signal: stopping.signal };
    void walk(progressOf(fault), options, (step) => {
      const { sid } = message;
      messages.set(sid, { ...message, status: step.status, error_code: Number(step.errorCode ?? 0) || null });
      return { url: params.StatusCallback ?? null, params: callbackParams(message, step, accountSid) };
    });
    return message;
  }

  async function createCall(
    request: IncomingMessage,
    response: ServerResponse,
    params: URLSearchParams,
  ): Promise<void> {
    const to = params.get('To') ?? '';
    const fault = faults.next('twilio_voice', to);
    if (fault?.latencyMs && fault.kind !== 'late_receipt') await delay(fault.latencyMs);
    const cut = fault?.kind === 'reset';
    const code = (fault && imposed(fault)) ?? judgeCall(params, from);
    const answer = code ? refusal(code, fault) : { status: 201, json: callOf(params, accountSid) };
    journal.record({
      provider: 'twilio_voice',
      address: to,
      deliveryId: params.get('StatusCallback')?.split('/').at(-1) ?? null,
      status: cut ? 0 : answer.status,
      reason: cut ? (fault.reason ?? 'reset') : code,
      title: null,
      body: spokenIn(params.get('Twiml')),
      data: {},
      headers: headersOf(request),
      connection: connectionOf(request),
      raw: Object.fromEntries(params),
    });
    if (!code && !(cut && fault.reason !== 'accepted')) follow(answer.json as ReturnType<typeof callOf>, params, fault);
    if (cut) return void request.socket.destroy();
    send(response, answer, fault);
  }

  /** Lets an accepted call happen, and reports what was asked to be reported. */
  function follow(call: ReturnType<typeof callOf>, params: URLSearchParams, fault: Fault | null): void {
    const events = new Set(params.getAll('StatusCallbackEvent'));
    const isReported = (status: string) =>
      status === 'in-progress' ? events.has('answered') : events.size === 0 || events.has('completed');
    const options = { authToken, base: twilioCallbackBase, signal: stopping.signal };
    let pickedUpAt: Date | null = null;
    void walk(callStepsOf(fault), options, (step) => {
      const at = new Date();
      if ('status' in step && step.status === 'in-progress') pickedUpAt = at;
      const isDetection = 'answeredBy' in step;
      const asked = isDetection ? params.get('AsyncAmd') === 'true' : isReported(step.status);
      const url = params.get(isDetection ? 'AsyncAmdStatusCallback' : 'StatusCallback');
      return { url: asked ? url : null, params: callParams(call, step, accountSid, { at, pickedUpAt }) };
    });
  }

  const actualPort = await listen(server, port, host);
  return {
    port: actualPort,
    settings: {
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_FROM: from,
      TWILIO_API_URL: `http://${publicHost}:${actualPort}`,
    },
    async close() {
      stopping.abort();
      server.closeAllConnections();
      server.close();
    },
  };
};

/** The code a fault forces; null: the request is judged as usual. */
function imposed({ kind, status, reason }: Fault): string | null {
  switch (kind) {
    case 'throttle':
      return '20429';
    case 'gone':
      return '21610';
    case 'reject':
      return reason ?? '21612';
    case 'server_error':
      return reason ?? (status === 503 ? '20503' : '20500');
    default:
      return null;
  }
}

/** The first thing wrong with a request, in the order in which Twilio looks; null: nothing. */
function judge(params: Params, ownNumber: string): string | null {
  const { To, From, MessagingServiceSid, Body, StatusCallback, ValidityPeriod } = params;
  if (!To) return '21604';
  if (!From && !MessagingServiceSid) return '21603';
  // E.164: a plus sign, then at most fifteen digits.
  if (!/^\+[1-9]\d{6,14}$/.test(To)) return '21211';
  if (From && From !== ownNumber) return '21606';
  if (!Body) return '21602';
  if (Body.length > maxCharacters) return '21617';
  if (StatusCallback && !/^https?:\/\/[^/_]+/.test(StatusCallback)) return '21609';
  const validityS = Number(ValidityPeriod ?? 36_000);
  return Number.isInteger(validityS) && validityS >= 1 && validityS <= 36_000 ? null : '20001';
}

function refusal(code: string, fault: Fault | null = null): Answer {
  const known = twilioErrors[code];
  const status = fault?.status ?? known?.status ?? 400;
  const json = {
    code: Number(code),
    message: known?.message ?? 'Refused',
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  };
  return { status, json, headers: fault ? retryAfter(fault) : {} };
}

function messageOf(params: Params, accountSid: string): SmsMessage {
  const sid = `SM${randomBytes(16).toString('hex')}`;
  const now = new Date().toUTCString().replace('GMT', '+0000');
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    messaging_service_sid: params.MessagingServiceSid ?? null,
    to: params.To ?? '',
    from: params.From ?? null,
    body: params.Body ?? '',
    status: params.MessagingServiceSid ? 'accepted' : 'queued',
    direction: 'outbound-api',
    num_segments: '1',
    num_media: '0',
    date_created: now,
    date_updated: now,
    date_sent: null,
    price: null,
    price_unit: 'USD',
    error_code: null,
    error_message: null,
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  };
}

function callbackParams({ sid, to, from }: SmsMessage, { status, errorCode }: Progress, accountSid: string) {
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    From: String(from ?? ''),
    MessageSid: sid,
    MessageStatus: status,
    SmsSid: sid,
    SmsStatus: status,
    To: to,
    ...(errorCode && { ErrorCode: errorCode }),
  };
}
