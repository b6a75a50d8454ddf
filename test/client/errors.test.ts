import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { apiErrors } from '../../web/client/src/errors.ts';
import { createRowbell, isRowbellError, type RowbellError, toResult } from '../../web/client/src/index.ts';
import { startGate } from './gate.ts';
import { api, db, gate, somebody } from './world.ts';

async function reasonOf(promise: Promise<unknown>): Promise<RowbellError> {
  const result = await toResult(promise);
  if (result.ok) throw new Error('it was answered');
  return result.error;
}

test('the union has each code of the API', () => {
  expect(Object.keys(apiErrors).sort()).toEqual(
    Object.values(errorCodes)
      .map(({ name }) => name)
      .sort(),
  );
});

describe('what the API refuses', () => {
  test('says which field it is about, in the language of the client', async () => {
    const { rowbell } = await somebody();
    const error = await reasonOf(rowbell.preferences.updateSettings({ timeZone: 'Nowhere' }));
    if (error.code !== 'INVALID_INPUT') throw error;
    expect(error).toMatchObject({ name: 'RowbellError', field: 'timeZone' });
    expect(error.message).toMatch(/^timeZone: /);
    const french = await somebody({ locale: 'fr-CA' });
    const unknown = await reasonOf(french.rowbell.inbox.undo(randomUUID()));
    expect(unknown).toMatchObject({ code: 'NOT_FOUND', field: 'undoToken' });
    expect(gate.passed.at(-1)?.headers['accept-language']).toBe('fr-CA');
  });

  test('a general message is in French for who reads French', async () => {
    const { rowbell } = await somebody({ locale: 'fr', getToken: () => 'junk' });
    expect((await reasonOf(rowbell.inbox.counts())).message).toBe(
      "Vous n'êtes pas connecté, ou votre jeton n'est pas valable.",
    );
  });

  test('a limit has its name and the seconds to wait; it is not waited for', async () => {
    const { rowbell } = await somebody();
    const atMost = (count: number) =>
      db.owner.query(`update notify.limits set at_most = $1 where key = 'device_registrations'`, [count]);
    await atMost(1);
    await rowbell.devices.register({ provider: 'apns', token: 'a'.repeat(64) });
    const error = await reasonOf(rowbell.devices.register({ provider: 'apns', token: 'b'.repeat(64) }));
    await atMost(200);
    if (error.code !== 'RATE_LIMITED') throw error;
    expect(error.limit).toBe('device_registrations');
    expect(error.retryAfter).toBeGreaterThan(10);
    expect(gate.passed).toHaveLength(2);
  });

  test('a code of tomorrow is told as it is', async () => {
    const { fromApi } = await import('../../web/client/src/errors.ts');
    expect(fromApi({ message: 'New.', extensions: { code: 'BRAND_NEW' } })).toMatchObject({
      code: 'UNKNOWN',
      serverCode: 'BRAND_NEW',
      message: 'New.',
    });
    expect(fromApi({ message: 'None.' })).toMatchObject({ code: 'UNKNOWN', serverCode: '' });
  });
});

describe('what is found out on this side', () => {
  test('nobody answers, or not Rowbell', async () => {
    const closed = await startGate(api.url);
    closed.close();
    const lost = createRowbell({ url: closed.url, getToken: () => 'x', retries: 0 });
    const error = await reasonOf(lost.inbox.counts());
    expect(error.code).toBe('NO_CONNECTION');
    expect(error.cause).toBeInstanceOf(TypeError);
    for (const path of ['/livez', '/nowhere']) {
      const elsewhere = createRowbell({ url: `${api.url}${path}`, getToken: () => 'x' });
      expect(await reasonOf(elsewhere.inbox.counts())).toMatchObject({
        code: 'NOT_ROWBELL',
        status: expect.any(Number),
      });
    }
  });

  test('a token that cannot be had is no failure of the network', async () => {
    const { rowbell } = await somebody({
      getToken: () => {
        throw new Error('the session service is away');
      },
    });
    const error = await reasonOf(rowbell.inbox.counts());
    expect([error.code, error.cause]).toEqual(['NO_TOKEN', new Error('the session service is away')]);
  });

  test('a mistake in the program is none of these', async () => {
    const mistake = Promise.reject(new RangeError('mine'));
    await expect(toResult(mistake)).rejects.toThrow(RangeError);
    expect(isRowbellError(new Error('RowbellError'))).toBe(false);
    expect(await toResult(Promise.resolve(3))).toEqual({ ok: true, value: 3 });
  });
});
