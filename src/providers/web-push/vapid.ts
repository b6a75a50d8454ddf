import { createECDH } from 'node:crypto';
import webPush from 'web-push';

export type VapidKeys = {
  /** P-256 public key, 65 bytes in base64url: the page's applicationServerKey. */
  readonly publicKey: string;
  /** P-256 private key, 32 bytes in base64url. */
  readonly privateKey: string;
  /** `mailto:` or `https:` address at which a push service reaches us. */
  readonly subject: string;
};

/** Half of the 24 hours RFC 8292 §2 allows; renewed after half of that. */
const lifetimeMs = 12 * 3_600_000;
const renewAfterMs = lifetimeMs / 2;
/** There are a handful of push services; a flood of made-up origins must not fill the memory. */
const maxOrigins = 100;

/**
 * The Authorization header of RFC 8292 for an origin. Signing costs more than everything else but the encryption, so
 * a token is signed once per origin and used for six hours. Throws at once when the keys do not belong together.
 */
export function createVapid({ publicKey, privateKey, subject }: VapidKeys) {
  const pair = createECDH('prime256v1');
  try {
    pair.setPrivateKey(privateKey, 'base64url');
  } catch {
    throw new Error('The VAPID private key is not a P-256 key in base64url.');
  }
  if (pair.getPublicKey('base64url') !== publicKey) {
    throw new Error('The VAPID public key does not belong to the private key.');
  }
  const signed = new Map<string, { readonly authorization: string; readonly renewAt: number }>();

  return (origin: string, now = Date.now()): string => {
    const known = signed.get(origin);
    if (known && now < known.renewAt) return known.authorization;
    const expiration = Math.floor((now + lifetimeMs) / 1000);
    const { Authorization: authorization } = webPush.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      'aes128gcm',
      expiration,
    );
    if (signed.size >= maxOrigins) signed.clear();
    signed.set(origin, { authorization, renewAt: now + renewAfterMs });
    return authorization;
  };
}
