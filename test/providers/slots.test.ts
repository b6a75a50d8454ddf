// Over 300 lines: one clock and one set of hosts, which each test sets up anew.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { evidenceOf, originOf } from '../../src/providers/http.ts';
import { createSlots, type SlotsOptions } from '../../src/providers/slots.ts';
import type { Message, Result } from '../../src/providers/types.ts';
import { messageTo, unaborted } from '../support/message.ts';

const accepted: Result = { outcome: 'accepted', providerMessageId: null };
const failed = (code: string): Result => ({ outcome: 'rejected', permanence: 'ambiguous', reason: code, code });

/** Hosts that answer when they are told to, and what is under way to them. */
function hosts() {
  const open: { readonly message: Message; readonly timeoutMs: number; answer(result: Result): void }[] = [];
  const sendOne = (message: Message, timeoutMs: number) =>
    new Promise<Result>((resolve) => {
      const call = {
        message,
        timeoutMs,
        answer(result: Result) {
          open.splice(open.indexOf(call), 1);
          resolve(result);
        },
      };
      open.push(call);
    });
  return { open, sendOne };
}

/** Messages of somebody, or each of somebody else, to as many hosts. */
const many = (count: number, changes: (n: number) => Partial<Message> & { readonly host?: string }) =>
  Array.from({ length: count }, (_, n) => {
    const { host = 'push.example', ...rest } = changes(n);
    return messageTo(`https://${host}/${n}`, rest);
  });

function begin(
  slots: ReturnType<typeof createSlots>,
  batch: readonly Message[],
  sendOne: ReturnType<typeof hosts>['sendOne'],
) {
  const heard = new Map<number, Result>();
  const late = new Set<number>();
  const progress = {
    heard: (index: number, result: Result) => void heard.set(index, result),
    late: (index: number) => void late.add(index),
  };
  const done = slots.send(batch, { signal: unaborted, progress }, sendOne);
  return { heard, late, done };
}

const newSlots = (changes: Partial<SlotsOptions> = {}) =>
  createSlots({ kept: 40, anOrigin: 30, timeoutMs: 10_000, originOf, evidenceOf, ...changes });

describe('slots', () => {
  test('SE-2: hosts nobody heard of share eight, with less patience, and nobody waits for them', () => {
    const { open, sendOne } = hosts();
    const { late, heard } = begin(
      newSlots(),
      many(50, (n) => ({ host: `h${n}.example` })),
      sendOne,
    );
    expect(open).toHaveLength(8);
    expect(open.every(({ timeoutMs }) => timeoutMs === 5_000)).toBe(true);
    expect(late.size).toBe(50);
    expect(heard.size).toBe(0);
  });

  test('SE-2: while they are silent, those who answer have all of theirs', () => {
    const slots = newSlots();
    const silent = hosts();
    const well = hosts();
    begin(
      slots,
      many(50, (n) => ({ host: `h${n}.example` })),
      silent.sendOne,
    );
    const { late } = begin(
      slots,
      many(60, (n) => ({ host: `good${n % 2}.example`, originAnswers: true })),
      well.sendOne,
    );
    expect(well.open).toHaveLength(40);
    expect(well.open.every(({ timeoutMs }) => timeoutMs === 10_000)).toBe(true);
    expect(late.size).toBe(0);
  });

  test('SE-2: one origin leaves slots to the others, one person to other people', () => {
    const slots = newSlots();
    const { open, sendOne } = hosts();
    begin(
      slots,
      many(60, () => ({ recipientId: 'ada', originAnswers: true })),
      sendOne,
    );
    expect(open).toHaveLength(8);
    begin(
      slots,
      many(60, () => ({ originAnswers: true })),
      sendOne,
    );
    expect(open).toHaveLength(30);
    begin(
      slots,
      many(1, () => ({ host: 'other.example', originAnswers: true })),
      sendOne,
    );
    expect(open).toHaveLength(31);
  });

  test('SE-2: of somebody whose hosts are unknown two are tried, eight wait, and the rest is put back, each a little later', async () => {
    const { open, sendOne } = hosts();
    const { heard } = begin(
      newSlots(),
      many(30, (n) => ({ recipientId: 'mallory', host: `h${n}.example` })),
      sendOne,
    );
    expect(open).toHaveLength(2);
    expect(heard.size).toBe(20);
    const times = [...heard.values()].map(
      (result) => (result.outcome === 'rejected' && result.retryAt?.getTime()) || 0,
    );
    expect([...heard.values()].every((result) => result.outcome === 'rejected' && result.reason === 'set_aside')).toBe(
      true,
    );
    expect(times.every((time, n) => time > (times[n - 1] ?? Date.now()))).toBe(true);
    // Another person's turn comes although he has more to send.
    begin(
      newSlots(),
      many(1, () => ({ recipientId: 'bob', host: 'new.example' })),
      sendOne,
    );
    expect(open).toHaveLength(3);
  });

  test('SE-2: an unknown host that answers has slots at once; the order of the results is that of the messages', async () => {
    const { open, sendOne } = hosts();
    const { done } = begin(
      newSlots(),
      many(40, () => ({})),
      sendOne,
    );
    expect(open).toHaveLength(2);
    open[0]?.answer(accepted);
    await expect.poll(() => open.length).toBe(30);
    while (open.length > 0) {
      for (const call of [...open]) call.answer({ outcome: 'accepted', providerMessageId: call.message.address });
      await sleep(1);
    }
    const ids = (await done).map((result) => (result.outcome === 'accepted' ? result.providerMessageId : 'refused'));
    expect(ids.slice(1)).toEqual(Array.from({ length: 39 }, (_, n) => `https://push.example/${n + 1}`));
  });

  test('SE-2: an unknown host that is silent is set aside with all that waits for it, and its next message too', async () => {
    const slots = newSlots();
    const { open, sendOne } = hosts();
    const { done } = begin(
      slots,
      many(20, () => ({})),
      sendOne,
    );
    expect(open).toHaveLength(2);
    for (const call of [...open]) call.answer(failed('timeout'));
    const results = await done;
    expect(results.filter((result) => result.outcome === 'rejected' && result.reason === 'set_aside')).toHaveLength(18);
    const again = await begin(
      slots,
      many(1, () => ({ originAnswers: true })),
      sendOne,
    ).done;
    expect(again).toMatchObject([{ reason: 'set_aside' }]);
    expect(open).toHaveLength(0);
  });

  test('SE-2: a host known to answer is set aside at once where no connection comes about, else by the third silence', async () => {
    for (const [code, silences] of [
      ['not_connected', 1],
      ['timeout', 3],
    ] as const) {
      const slots = newSlots();
      const { open, sendOne } = hosts();
      for (let n = 1; n <= silences; n++) {
        const { done } = begin(
          slots,
          many(1, () => ({ originAnswers: true })),
          sendOne,
        );
        expect(open).toHaveLength(1);
        open[0]?.answer(failed(code));
        expect(await done).toMatchObject([{ code }]);
      }
      expect(
        await begin(
          slots,
          many(1, () => ({})),
          sendOne,
        ).done,
      ).toMatchObject([{ reason: 'set_aside' }]);
    }
  });

  test('SE-2: what takes long leaves its slot, and its host and person are in doubt until they answer', async () => {
    const slots = newSlots();
    const { open, sendOne } = hosts();
    const first = begin(
      slots,
      many(60, () => ({ originAnswers: true })),
      sendOne,
    );
    expect(open).toHaveLength(30);
    await expect.poll(() => first.late.size, { timeout: 20_000 }).toBeGreaterThan(30);
    // No slot of the others is taken, and no more calls go there.
    expect(open).toHaveLength(30);
    const well = hosts();
    begin(
      slots,
      many(60, (n) => ({ host: `good${n % 2}.example`, originAnswers: true })),
      well.sendOne,
    );
    expect(well.open).toHaveLength(40);
    open[0]?.answer(accepted);
    await expect.poll(() => well.open.length + open.length).toBeGreaterThanOrEqual(69);
  });

  test('SE-2: one person whose messages hang is in doubt, not the service that answers others', async () => {
    const slots = newSlots();
    const [hers, his] = [hosts(), hosts()];
    const slow = begin(
      slots,
      many(8, () => ({ recipientId: 'mallory', originAnswers: true })),
      hers.sendOne,
    );
    expect(hers.open).toHaveLength(8);
    const answering = setInterval(() => {
      begin(
        slots,
        many(1, () => ({ originAnswers: true })),
        his.sendOne,
      );
      for (const call of [...his.open]) call.answer(accepted);
    }, 20);
    await expect.poll(() => slow.late.size, { timeout: 20_000 }).toBe(8);
    const more = begin(
      slots,
      many(20, () => ({ recipientId: 'mallory', originAnswers: true })),
      hers.sendOne,
    );
    clearInterval(answering);
    expect(hers.open).toHaveLength(8);
    expect(more.heard.size).toBe(12);
    begin(
      slots,
      many(5, () => ({ originAnswers: true })),
      his.sendOne,
    );
    expect(his.open).toHaveLength(5);
  });

  test('SE-2: where new hosts are ordinary they wait for their turn, until all slots in doubt take too long', async () => {
    const slots = newSlots({ doubtful: 4, promptMs: 300, newOnesWait: true });
    const well = hosts();
    const flowing = begin(
      slots,
      many(300, (n) => ({ host: `h${n}.example` })),
      well.sendOne,
    );
    expect([well.open.length, flowing.late.size, flowing.heard.size]).toEqual([4, 0, 0]);
    while (well.open.length > 0) {
      expect(well.open.length).toBeLessThanOrEqual(4);
      for (const call of [...well.open]) call.answer(accepted);
      await sleep(1);
    }
    expect((await flowing.done).every(({ outcome }) => outcome === 'accepted')).toBe(true);

    const silent = hosts();
    const stuck = begin(
      slots,
      many(300, (n) => ({ host: `silent${n}.example` })),
      silent.sendOne,
    );
    // Those that wait are late, so that no handler waits for them; the rest is put back.
    await expect.poll(() => stuck.heard.size, { timeout: 20_000 }).toBe(300 - 4 - 64);
    expect(stuck.late.size).toBe(68);
    const others = begin(
      slots,
      many(60, (n) => ({ host: `h${n}.example` })),
      well.sendOne,
    );
    expect([well.open.length, others.late.size]).toEqual([40, 0]);
  });

  test('aborted: what waits was not begun', async () => {
    const { open, sendOne } = hosts();
    const controller = new AbortController();
    const done = newSlots().send(
      many(5, () => ({})),
      { signal: controller.signal },
      sendOne,
    );
    expect(open).toHaveLength(2);
    controller.abort();
    for (const call of [...open]) call.answer(failed('aborted'));
    const results = await done;
    expect(results.map((result) => result.outcome === 'rejected' && result.reason)).toEqual([
      'aborted',
      'aborted',
      'not_begun',
      'not_begun',
      'not_begun',
    ]);
  });
});
