import { describe, expect, test } from 'vitest';
import { createFaults, FaultError } from '../../src/sandbox/faults.ts';

describe('faults', () => {
  test('strike their provider and address only', () => {
    const faults = createFaults();
    faults.add({ provider: 'apns', kind: 'gone', address: 'a' });
    expect(faults.next('apns', 'b')).toBeNull();
    expect(faults.next('fcm', 'a')).toBeNull();
    expect(faults.next('apns', 'a')).toMatchObject({ kind: 'gone' });
  });

  test('without an address every one is struck; the oldest fault that fits wins', () => {
    const faults = createFaults();
    faults.add({ provider: 'fcm', kind: 'throttle' });
    faults.add({ provider: 'fcm', kind: 'gone' });
    expect(faults.next('fcm', 'x')?.kind).toBe('throttle');
  });

  test('`times` is used up, then the next one strikes, then none', () => {
    const faults = createFaults();
    faults.add({ provider: 'smtp', kind: 'soft_bounce', times: 2 });
    faults.add({ provider: 'smtp', kind: 'hard_bounce', times: 1 });
    expect(faults.list().map(({ times }) => times)).toEqual([2, 1]);
    const kinds = [1, 2, 3, 4].map(() => faults.next('smtp', 'x')?.kind);
    expect(kinds).toEqual(['soft_bounce', 'soft_bounce', 'hard_bounce', undefined]);
    expect(faults.list()).toEqual([]);
  });

  test('`rate` is a share, and a miss uses nothing up', () => {
    const draws = [0.5, 0.1];
    const faults = createFaults({ random: () => draws.shift() ?? 1 });
    faults.add({ provider: 'twilio', kind: 'lost_receipt', rate: 0.3, times: 1 });
    expect(faults.next('twilio', 'x')).toBeNull();
    expect(faults.next('twilio', 'x')?.kind).toBe('lost_receipt');
    expect(faults.list()).toEqual([]);
  });

  test('of a stage strike there alone; how often each has struck is known afterwards', () => {
    const faults = createFaults();
    const auth = faults.add({ provider: 'smtp', kind: 'reject', stage: 'auth' });
    const all = faults.add({ provider: 'smtp', kind: 'throttle', times: 1 });
    expect(faults.nextAt('smtp', 'mail')).toBeNull();
    expect([faults.nextAt('smtp', 'auth')?.id, faults.nextAt('smtp', 'auth')?.id]).toEqual([auth.id, auth.id]);
    expect(faults.next('smtp', 'x')?.id).toBe(all.id);
    faults.clear();
    expect([auth, all].map(({ id }) => faults.strikes(id))).toEqual([2, 1]);
  });

  test('are switched off one by one or all at once', () => {
    const faults = createFaults();
    const first = faults.add({ provider: 'apns', kind: 'reset' });
    faults.add({ provider: 'apns', kind: 'goaway' });
    expect(faults.remove(first.id)).toBe(true);
    expect(faults.remove(first.id)).toBe(false);
    expect(faults.list().map(({ kind }) => kind)).toEqual(['goaway']);
    faults.clear();
    expect(faults.list()).toEqual([]);
  });

  test.each([
    [{ kind: 'gone' }, 'fault.provider'],
    [{ provider: 'pigeon', kind: 'gone' }, 'fault.provider'],
    [{ provider: 'apns', kind: 'explode' }, 'fault.kind'],
    [{ provider: 'apns', kind: 'gone', rate: 2 }, 'fault.rate'],
    [{ provider: 'apns', kind: 'gone', times: 0 }, 'fault.times'],
    [{ provider: 'apns', kind: 'latency', latencyMs: '5' }, 'fault.latencyMs'],
    [{ provider: 'apns', kind: 'reject', status: 1000 }, 'fault.status'],
    [{ provider: 'apns', kind: 'goaway', errorCode: 14 }, 'fault.errorCode'],
    [{ provider: 'apns', kind: 'goaway', unprocessed: 1 }, 'fault.unprocessed'],
    [{ provider: 'apns', kind: 'goaway', afterMs: -1 }, 'fault.afterMs'],
    [{ provider: 'apns', kind: 'reject', reason: 'a\r\nb' }, 'fault.reason'],
    [{ provider: 'smtp', kind: 'reject', stage: 'greeting' }, 'fault.stage'],
    [{ provider: 'apns', kind: 'gone', colour: 'red' }, 'colour'],
    [null, 'fault'],
  ])('a malformed one is refused by the name of its field: %j', (input, field) => {
    const faults = createFaults();
    expect(() => faults.add(input)).toThrow(FaultError);
    expect(() => faults.add(input)).toThrow(field);
    expect(faults.list()).toEqual([]);
  });
});
