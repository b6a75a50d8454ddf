import { createPrivateKey, createSign, type KeyObject } from 'node:crypto';

export type DkimOptions = {
  readonly domain: string;
  readonly selector: string;
  /** PEM of an RSA key. */
  readonly privateKey: string;
};

/** RFC 8058 §4 asks that both List-Unsubscribe headers be signed; nodemailer's own list lacks the second. */
const signedHeaders = [
  'From',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'In-Reply-To',
  'References',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Auto-Submitted',
  'X-Rowbell-Delivery',
  'X-Rowbell-Return',
].join(':');

/**
 * nodemailer's DKIM settings. It would send unsigned, without a word, when it cannot use the key, and parse a PEM again
 * for every mail: so the key is tried here, once, and handed over parsed. Throws when it cannot sign.
 */
export function dkimSettings({ domain, selector, privateKey }: DkimOptions) {
  const key = parseKey(privateKey);
  if (key.asymmetricKeyType !== 'rsa') throw new Error('The DKIM private key must be an RSA key.');
  // RFC 8301 §3.2: signers must use at least 1024 bits.
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 1024) {
    throw new Error('The DKIM private key must have at least 1024 bits.');
  }
  createSign('RSA-SHA256').update('').sign(key);
  return { domainName: domain, keySelector: selector, privateKey: key, headerFieldNames: signedHeaders };
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error('The DKIM private key is not a private key in PEM.');
  }
}
