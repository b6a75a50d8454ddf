import { describe, expect, test } from 'vitest';
import { isRowbellError, type RowbellError } from '../../web/client/src/index.ts';
import { signToken } from '../support/api.ts';
import { inboxRows } from '../support/inbox.ts';
import { db, gate, somebody } from './world.ts';

const reasonOf = async (promise: Promise<unknown>): Promise<RowbellError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isRowbellError(error)) throw new Error(`not a RowbellError: ${error}`);
  return error;
};
const moods = () => gate.passed.map(({ mood }) => mood);

describe('the token', () => {
  test('is asked for at each request', async () => {
    const { id, token } = await somebody();
    const tokens = [token, await signToken(id, { sid: 'another' })];
    const { rowbell } = await somebody({ getToken: async () => tokens.shift() ?? null });
    await rowbell.inbox.counts();
    await rowbell.inbox.counts();
    const sent = gate.passed.map(({ headers }) => headers.authorization);
    expect(new Set(sent).size).toBe(2);
    expect((await reasonOf(rowbell.inbox.counts())).code).toBe('UNAUTHENTICATED');
    // Of nobody there is no request.
    expect(gate.passed).toHaveLength(2);
  });

  test('that is refused is asked for once more, and what was refused is sent again, changes too', async () => {
    const { id, token, notificationIds } = await somebody();
    const stale = await signToken(id, { expiresIn: -5 });
    const asked: boolean[] = [];
    const getToken = ({ isRefused }: { readonly isRefused: boolean }) => {
      asked.push(isRefused);
      return isRefused ? token : stale;
    };
    const { rowbell } = await somebody({ getToken });
    expect(await rowbell.inbox.change('read', notificationIds)).toMatchObject({ changed: 3 });
    expect(asked).toEqual([false, true]);
    expect(gate.passed).toHaveLength(2);
  });

  test('that is refused again, or is the same, ends it', async () => {
    const { id } = await somebody();
    const stale = await Promise.all([signToken(id, { expiresIn: -5 }), signToken(id, { expiresIn: -6 })]);
    const two = await somebody({ getToken: ({ isRefused }) => stale[isRefused ? 1 : 0] ?? null });
    expect((await reasonOf(two.rowbell.inbox.counts())).code).toBe('UNAUTHENTICATED');
    expect(gate.passed).toHaveLength(2);
    const one = await somebody({ getToken: () => stale[0] ?? null });
    expect((await reasonOf(one.rowbell.inbox.counts())).code).toBe('UNAUTHENTICATED');
    expect(gate.passed).toHaveLength(1);
  });
});

describe('what failed is sent again', () => {
  test.each(['drop', 'lose', 'away', 'full'] as const)('a query, after "%s", twice at most', async (mood) => {
    const { rowbell } = await somebody();
    gate.expect(mood, mood);
    expect(await rowbell.inbox.counts()).toMatchObject({ unread: 3 });
    expect(moods()).toEqual([mood, mood, 'pass']);
    gate.expect(mood, mood, mood);
    const code = { drop: 'NO_CONNECTION', lose: 'NO_CONNECTION', away: 'NOT_ROWBELL', full: 'RATE_LIMITED' }[mood];
    expect((await reasonOf(rowbell.inbox.counts())).code).toBe(code);
    expect(gate.passed).toHaveLength(6);
  });

  test('what says the same twice, and is carried out once', async () => {
    const { id, rowbell, notificationIds } = await somebody();
    gate.expect('lose', 'drop');
    expect(await rowbell.inbox.markRead(notificationIds)).toBe(0);
    expect(moods()).toEqual(['lose', 'drop', 'pass']);
    expect((await inboxRows(db, id)).map(({ read_at }) => read_at !== null)).toEqual([true, true, true]);
  });

  test.each(['drop', 'lose', 'away'] as const)('but no change whose answer matters, after "%s"', async (mood) => {
    const { rowbell, notificationIds } = await somebody();
    gate.expect(mood);
    const { code } = await reasonOf(rowbell.inbox.change('archive', notificationIds));
    expect(code).toBe(mood === 'away' ? 'NOT_ROWBELL' : 'NO_CONNECTION');
    expect(moods()).toEqual([mood]);
    // Of what was lost on the way back nothing is left to do: that is why.
    expect((await rowbell.inbox.change('archive', notificationIds)).changed).toBe(mood === 'lose' ? 0 : 3);
  });

  test('a change that was turned away is sent again: it was not carried out', async () => {
    const { rowbell, notificationIds } = await somebody();
    gate.expect('full');
    expect(await rowbell.inbox.change('archive', notificationIds)).toMatchObject({ changed: 3 });
    expect(moods()).toEqual(['full', 'pass']);
  });

  test('not what the API refuses, and nothing where no retries are wished', async () => {
    const { rowbell } = await somebody({ retries: 0 });
    expect((await reasonOf(rowbell.inbox.page({ filter: { categories: ['nonsense'] } }))).code).toBe('INVALID_INPUT');
    gate.expect('drop');
    expect((await reasonOf(rowbell.inbox.counts())).code).toBe('NO_CONNECTION');
    expect(gate.passed).toHaveLength(2);
  });

  test('documents of others: what does not begin with a query may change something', async () => {
    const { rowbell } = await somebody();
    const ask = (text: string) => {
      gate.passed.length = 0;
      gate.expect('drop');
      return rowbell.request<Record<string, unknown>, object>(text, {});
    };
    for (const query of ['{ unreadCount }', '# the badge\nquery Badge { unreadCount }', ', query { unreadCount }'])
      expect(await ask(query)).toEqual({ unreadCount: 3 });
    const mutation = 'mutation { markAllRead(input: {}) { result } }';
    for (const text of [mutation, `# query\n${mutation}`, 'fragment F on Query { unreadCount } query { ...F }'])
      expect((await reasonOf(ask(text))).code).toBe('NO_CONNECTION');
    gate.expect('drop');
    expect(await rowbell.request(mutation, {}, { isRepeatable: true })).toEqual({ markAllRead: { result: 3 } });
  });
});

describe('who no longer waits', () => {
  test('gives up a request, also while it waits to be sent again, and before it was sent', async () => {
    // So long that only the signal ends it.
    const { rowbell } = await somebody({ timeoutMs: 500_000 });
    const leaving = new AbortController();
    gate.expect('hang');
    const promise = rowbell.inbox.counts({}, { signal: leaving.signal });
    await expect.poll(() => gate.passed.length).toBe(1);
    leaving.abort(new Error('the page was left'));
    const error = await reasonOf(promise);
    expect([error.code, error.cause]).toEqual(['ABORTED', new Error('the page was left')]);
    expect((await reasonOf(rowbell.inbox.counts({}, { signal: leaving.signal }))).code).toBe('ABORTED');
    expect(gate.passed).toHaveLength(1);
  });

  test('is told when the time is over; a query is asked again, a change is not', async () => {
    const { rowbell, notificationIds } = await somebody();
    gate.expect('hang');
    const error = await reasonOf(rowbell.inbox.change('read', notificationIds, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'NO_ANSWER', timeoutMs: 50 });
    gate.expect('hang', 'hang', 'hang');
    expect((await reasonOf(rowbell.inbox.counts({}, { timeoutMs: 50 }))).code).toBe('NO_ANSWER');
    expect(moods()).toEqual(['hang', 'hang', 'hang', 'hang']);
  });

  test('a token that never comes is no way to wait for ever', async () => {
    const { rowbell } = await somebody({ getToken: () => new Promise(() => {}), timeoutMs: 30, retries: 0 });
    expect((await reasonOf(rowbell.inbox.counts())).code).toBe('NO_ANSWER');
    expect(gate.passed).toEqual([]);
  });
});
