import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link is for; a link for one thing is none for another. */
const purposes = { unsubscribe: 'u', preferences: 'p', verify: 'v', open: 'o', click: 'c' } as const;
export type Purpose = keyof typeof purposes;

/** What a link says: about whom or what (a UUID), and one text more. No personal data: anybody on the way can read it. */
export type Claim = { readonly id: string; readonly text: string };

export type LinkKey = { readonly id: string; readonly secret: string };

export type Links = {
  /** A token for a URL's path, good until an instant. */
  sign(purpose: Purpose, claim: Claim, expiresAt: Date): string;
  /** What a token says; null for one that is forged, damaged, past its time or for something else. */
  read(purpose: Purpose, token: string): Claim | null;
  /** The part of a return path after the plus, which names its delivery: letters and digits, as some servers fold case. */
  signReturn(deliveryId: string): string;
  /** The delivery that a returned mail is about; null where the part is none of ours. */
  readReturn(part: string): string | null;
};

const macBytes = 16;
const returnMacBytes = 10;

/**
 * Links that only we can make (HMAC-SHA256) and nobody needs to keep. The first key signs, all verify: to change it, put a
 * new one before the old and take the old away when its links are past their time.
 *
 * @param now the clock, for tests
 */
export function createLinks(keys: readonly [LinkKey, ...LinkKey[]], now: () => number = Date.now): Links {
  const [current] = keys;
  const secrets = new Map(keys.map(({ id, secret }) => [id, secret]));
  const mac = (secret: string, use: string, content: Buffer, bytes: number) =>
    createHmac('sha256', secret).update(`rowbell ${use}\0`).update(content).digest().subarray(0, bytes);
  /** The content of what stands before its own signature; null where that is wrong. */
  const open = (keyId: string, use: string, signed: Buffer, bytes: number): Buffer | null => {
    const secret = secrets.get(keyId);
    if (!secret || signed.length <= bytes) return null;
    const content = signed.subarray(0, -bytes);
    return timingSafeEqual(mac(secret, use, content, bytes), signed.subarray(-bytes)) ? content : null;
  };

  return {
    sign(purpose, { id, text }, expiresAt) {
      const head = Buffer.alloc(5);
      head.write(purposes[purpose], 'latin1');
      head.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), 1);
      const content = Buffer.concat([head, bytesOf(id), Buffer.from(text)]);
      const signature = mac(current.secret, 'link', content, macBytes);
      return `${current.id}.${Buffer.concat([content, signature]).toString('base64url')}`;
    },
    read(purpose, token) {
      const [, keyId = '', encoded = ''] = /^([a-z0-9]{1,8})\.([\w-]{1,4096})$/.exec(token) ?? [];
      const signed = Buffer.from(encoded, 'base64url');
      // The decoder is lenient; one link has one spelling.
      if (signed.toString('base64url') !== encoded) return null;
      const content = open(keyId, 'link', signed, macBytes);
      if (!content || content.length < 21 || content.toString('latin1', 0, 1) !== purposes[purpose]) return null;
      if (content.readUInt32BE(1) * 1000 <= now()) return null;
      return { id: uuidOf(content.subarray(5, 21)), text: content.toString('utf8', 21) };
    },
    signReturn(deliveryId) {
      const content = bytesOf(deliveryId);
      return `${current.id}-${base32(Buffer.concat([content, mac(current.secret, 'return', content, returnMacBytes)]))}`;
    },
    readReturn(part) {
      const [, keyId = '', encoded = ''] = /^([a-z0-9]{1,8})-([0-9a-v]{42})$/.exec(part.toLowerCase()) ?? [];
      const signed = unbase32(encoded);
      const content = signed.length === returnBytes ? open(keyId, 'return', signed, returnMacBytes) : null;
      return content && uuidOf(content);
    },
  };
}

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

const returnBytes = 16 + returnMacBytes;
const returnDigits = Math.ceil((returnBytes * 8) / 5);

/** A number in base 32, as RFC 4648 §7 writes digits, in lower case. */
const base32 = (bytes: Buffer) =>
  BigInt(`0x${bytes.toString('hex')}`)
    .toString(32)
    .padStart(returnDigits, '0');

function unbase32(text: string): Buffer {
  let number = 0n;
  for (const digit of text) number = number * 32n + BigInt(Number.parseInt(digit, 32));
  return Buffer.from(number.toString(16).padStart(returnBytes * 2, '0'), 'hex');
}
