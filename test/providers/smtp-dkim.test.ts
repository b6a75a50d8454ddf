import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSmtp } from '../../src/providers/smtp/index.ts';
import { messageTo } from '../support/message.ts';
import { ada, mail, options, received, sendOne } from './smtp-world.ts';

describe('DKIM', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const dkim = {
    domain: 'rowbell.example',
    selector: 's1',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };

  test('NC-32: signs, both List-Unsubscribe headers included (RFC 8058 §4)', async () => {
    const provider = createSmtp({ ...options, dkim });
    const unsubscribe = {
      'List-Unsubscribe': '<https://n.example/u>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    };
    const left = messageTo(ada, { mail: { ...mail, headers: unsubscribe } });
    expect(await sendOne(left, provider)).toMatchObject({ outcome: 'accepted' });
    const headers = received()[0]?.headers ?? {};
    const signature = (headers['dkim-signature'] ?? '').replace(/\s+/g, ' ');
    expect(signature).toMatch(/d=rowbell\.example; .*s=s1; /);
    const signedNames = (/; h=([^;]+)/.exec(signature)?.[1] ?? '').replaceAll(' ', '').toLowerCase().split(':');
    expect(signedNames).toEqual(
      expect.arrayContaining(
        'from to subject date message-id x-rowbell-delivery x-rowbell-return list-unsubscribe list-unsubscribe-post'.split(
          ' ',
        ),
      ),
    );
    // RFC 6376 §3.7, relaxed headers: every signed header, then the signature's own with an empty b=.
    const unsigned = signature.replace(/( b=).*$/, '$1').trim();
    const lines = signedNames.map((name) => `${name}:${(headers[name] ?? '').replace(/\s+/g, ' ').trim()}`);
    const text = Buffer.from(`${lines.join('\r\n')}\r\ndkim-signature:${unsigned}`);
    const value = Buffer.from((/ b=(.*)$/.exec(signature)?.[1] ?? '').replaceAll(' ', ''), 'base64');
    expect(verify('sha256', text, publicKey, value)).toBe(true);
    await provider.close();
  });

  test.each([
    ['no PEM', 'secret', 'is not a private key in PEM'],
    ['not RSA', pem(generateKeyPairSync('ed25519').privateKey), 'must be an RSA key'],
    ['too short', pem(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey), 'at least 1024 bits'],
  ])('TR-G5: a key that is %s is refused at once, without being shown', (_what, key, message) => {
    expect(() => createSmtp({ ...options, dkim: { ...dkim, privateKey: key } })).toThrow(message);
    expect(() => createSmtp({ ...options, dkim: { ...dkim, privateKey: key } })).not.toThrow('secret');
  });

  function pem(key: import('node:crypto').KeyObject): string {
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  }
});
