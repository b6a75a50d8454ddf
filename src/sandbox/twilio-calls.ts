import { randomBytes } from 'node:crypto';
import type { Fault } from './faults.ts';
import type { Walk } from './twilio-callbacks.ts';

type Params = URLSearchParams;

/** A step of a call: one status callback, or the verdict of the machine detection. */
export type CallStep = { readonly status: string } | { readonly answeredBy: string };

/**
 * What becomes of a call that was accepted: a person picks up and hangs up. A fault changes that: `soft_bounce` is
 * nobody picking up (or its reason: `busy`, `failed`, `canceled`, or who picked up instead: `machine_start`, `fax`,
 * `unknown`), `hard_bounce` a call that fails, `lost_receipt` one of which nothing more is heard, `late_receipt` waits
 * before the last step, which is the verdict of the machine detection where its reason is who picked up.
 */
export function callStepsOf(fault: Fault | null): Walk<CallStep> {
  const pickedUpBy = (answeredBy: string): readonly CallStep[] => [
    { status: 'in-progress' },
    { answeredBy },
    { status: 'completed' },
  ];
  const reason = fault?.reason ?? 'no-answer';
  switch (fault?.kind) {
    case 'hard_bounce':
      return { steps: [{ status: 'failed' }], lastAfterMs: null };
    case 'soft_bounce': {
      const isEnd = ['no-answer', 'busy', 'failed', 'canceled'].includes(reason);
      return { steps: isEnd ? [{ status: reason }] : pickedUpBy(reason), lastAfterMs: null };
    }
    case 'lost_receipt':
      return { steps: [], lastAfterMs: null };
    case 'late_receipt': {
      const [begun, verdict, over] = pickedUpBy(fault.reason ?? 'human');
      const steps = fault.reason ? [begun, over, verdict] : [begun, verdict, over];
      return { steps: steps.filter((step) => step !== undefined), lastAfterMs: fault.latencyMs ?? 1000 };
    }
    default:
      return { steps: pickedUpBy('human'), lastAfterMs: null };
  }
}

/** The first thing wrong with a request for a call; null: nothing. */
export function judgeCall(params: Params, ownNumber: string): string | null {
  const to = params.get('To');
  if (!to) return '21201';
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return '13223';
  if (params.get('From') !== ownNumber) return '21210';
  // Exactly one says what to do on the line.
  if (params.has('Url') === params.has('Twiml')) return '21205';
  return null;
}

/** Twilio's answer to an accepted call (twilio.com/docs/voice/api/call-resource). */
export function callOf(params: Params, accountSid: string) {
  const sid = `CA${randomBytes(16).toString('hex')}`;
  return {
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to: params.get('To') ?? '',
    from: params.get('From'),
    status: 'queued',
    direction: 'outbound-api',
    answered_by: null,
    duration: null,
    start_time: null,
    end_time: null,
    price: null,
    price_unit: 'USD',
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${sid}.json`,
  };
}

/** What is said on the line: the words within `<Say>`, with the entities resolved. */
export function spokenIn(twiml: string | null): string | null {
  const words = /<Say[^>]*>([\s\S]*?)<\/Say>/.exec(twiml ?? '')?.[1];
  if (words === undefined) return null;
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return words.replace(/&(lt|gt|quot|apos|amp);/g, (_entity, name: string) => entities[name] ?? '');
}

/**
 * The parameters of a step's callback. Which steps are reported at all is the caller's to have asked for. As from Twilio, a
 * status has an instant in whole seconds, the verdict of the machine detection none, and the last one says how long it was.
 */
export function callParams(
  call: ReturnType<typeof callOf>,
  step: CallStep,
  accountSid: string,
  { at, pickedUpAt }: { readonly at: Date; readonly pickedUpAt: Date | null },
): Record<string, string> {
  const common = {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: call.sid,
    From: call.from ?? '',
    To: call.to,
  };
  if ('answeredBy' in step) return { ...common, AnsweredBy: step.answeredBy, MachineDetectionDuration: '2400' };
  const seconds = pickedUpAt === null ? 0 : Math.round((at.getTime() - pickedUpAt.getTime()) / 1000);
  return {
    ...common,
    CallStatus: step.status,
    CallbackSource: 'call-progress-events',
    Timestamp: at.toUTCString().replace('GMT', '+0000'),
    ...(step.status === 'completed' && { CallDuration: String(seconds) }),
  };
}
