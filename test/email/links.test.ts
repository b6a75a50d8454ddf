import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createLinks, type Purpose } from '../../src/links.ts';
import fc from '../support/fast-check.ts';

const key = (id: string) => ({ id, secret: id.repeat(40) });
const links = createLinks([key('k1')]);
const soon = () => new Date(Date.now() + 3_600_000);
const purposes: readonly Purpose[] = ['unsubscribe', 'preferences', 'verify', 'open', 'click'];

test('NC-32: a link says what was signed, whatever its text', () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.constantFrom(...purposes),
      (id, text, purpose) => {
        const token = links.sign(purpose, { id, text }, soon());
        expect(token).toMatch(/^[\w.-]+$/);
        expect(links.read(purpose, token)).toEqual({ id, text });
      },
    ),
  );
});

describe('NC-32: what is no link of ours says nothing', () => {
  const id = randomUUID();
  const token = links.sign('unsubscribe', { id, text: 'news' }, soon());

  test('any other byte, anywhere', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < token.length; at++) {
      for (const other of [alphabet[at % 64], alphabet[(at * 7 + 13) % 64]]) {
        if (other === token[at]) continue;
        expect(links.read('unsubscribe', token.slice(0, at) + other + token.slice(at + 1))).toBeNull();
      }
    }
  });

  test.each([
    ['longer', `${token}A`],
    ['shorter', token.slice(0, -1)],
    ['padded', `${token}=`],
    ['with what a decoder would pass over', token.replace('.', '.!')],
    ['in another spelling of the same bytes', token.replaceAll('-', '+').replaceAll('_', '/').concat('\n')],
    ['empty', ''],
    ['of a key alone', 'k1.'],
    ['of an unknown key', token.replace('k1.', 'k2.')],
    ['endless', `k1.${'A'.repeat(100_000)}`],
  ])('%s', (_what, forged) => {
    expect(links.read('unsubscribe', forged)).toBeNull();
  });

  test('of another installation', () => {
    expect(
      createLinks([{ id: 'k1', secret: 'another secret, of the same length as it' }]).read('unsubscribe', token),
    ).toBeNull();
  });

  test('for something else', () => {
    for (const purpose of purposes) expect(links.read(purpose, token) === null).toBe(purpose !== 'unsubscribe');
  });

  test('past its time, to the second', () => {
    let now = 1_800_000_000_000;
    const clocked = createLinks([key('k1')], () => now);
    const short = clocked.sign('verify', { id, text: '' }, new Date(now + 10_000));
    now += 9_999;
    expect(clocked.read('verify', short)).not.toBeNull();
    now += 1;
    expect(clocked.read('verify', short)).toBeNull();
  });
});

test('keys are changed without breaking what was sent', () => {
  const id = randomUUID();
  const old = links.sign('preferences', { id, text: '' }, soon());
  const both = createLinks([key('k2'), key('k1')]);
  expect(both.read('preferences', old)).toEqual({ id, text: '' });
  const fresh = both.sign('preferences', { id, text: '' }, soon());
  expect(fresh.startsWith('k2.')).toBe(true);
  expect(links.read('preferences', fresh)).toBeNull();
});

describe('NC-33: the return path names its delivery', () => {
  test('in letters that any mail server keeps, also where it changes their case', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const tag = links.signReturn(id);
        expect(`bounces12345+${tag}`.length).toBeLessThanOrEqual(64);
        expect(tag).toMatch(/^[a-z0-9-]+$/);
        expect(links.readReturn(tag)).toBe(id);
        expect(links.readReturn(tag.toUpperCase())).toBe(id);
      }),
    );
  });

  test('and no other', () => {
    const tag = links.signReturn(randomUUID());
    for (let at = 0; at < tag.length; at++) {
      const other = tag[at] === 'a' ? 'b' : 'a';
      expect(links.readReturn(tag.slice(0, at) + other + tag.slice(at + 1))).toBeNull();
    }
    for (const forged of [
      '',
      'k1-',
      tag.slice(1),
      `${tag}0`,
      `k1-${'v'.repeat(42)}`,
      links.sign('open', { id: randomUUID(), text: '' }, soon()),
    ]) {
      expect(links.readReturn(forged)).toBeNull();
    }
  });
});
