import { z } from 'zod';
import type { Reader } from './reader.ts';

export type TwilioConfig = {
  readonly accountSid: string;
  readonly authToken: string;
  /** An E.164 number or a messaging service id (`MG…`). */
  readonly from: string;
  /** The E.164 number that calls: its own setting, else `from` where that is a number. */
  readonly voiceFrom: string | null;
  readonly apiUrl: string;
};

/** Null without credentials; half of them is a problem. */
export function readTwilio({ group, parse, plain, url }: Reader): TwilioConfig | null {
  return group('Twilio', ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'], () => ({
    accountSid:
      parse('TWILIO_ACCOUNT_SID', z.string().regex(/^AC[0-9a-fA-F]{32}$/), 'AC and 32 hexadecimal digits') ?? '',
    authToken: plain('TWILIO_AUTH_TOKEN'),
    from:
      parse(
        'TWILIO_FROM',
        z.string().regex(/^(\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32})$/),
        'an E.164 number or a messaging service id',
      ) ?? '',
    voiceFrom:
      parse('TWILIO_VOICE_FROM', z.string().regex(/^\+[1-9]\d{6,14}$/), 'an E.164 number') ??
      (plain('TWILIO_FROM').startsWith('+') ? plain('TWILIO_FROM') : null),
    apiUrl: url('TWILIO_API_URL', /^https?:\/\//, 'an http or https address') ?? '',
  }));
}
