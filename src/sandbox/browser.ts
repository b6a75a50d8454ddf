import { createECDH, createHmac, type ECDH, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a browser's `pushManager.subscribe()` gives the page. */
export type Subscription = {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
};

/** The browser's half, which never leaves it. */
export type SubscriptionSecrets = { readonly privateKey: ECDH; readonly authSecret: Buffer };

/** Not a secret: it only keeps made-up ids apart from issued ones. */
const seed = 'rowbell-sandbox-browser';
const nameShape = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether a browser can be called so. */
export function isBrowserName(name: unknown): name is string {
  return typeof name === 'string' && nameShape.test(name);
}

/**
 * The subscription of the browser with this name. All of it, the private key too, follows from the name: nothing has
 * to be stored, and demo data still fits after a restart.
 */
export function subscriptionOf(origin: string, name: string): Subscription {
  const { privateKey, authSecret } = secretsOf(name);
  return {
    endpoint: `${origin}/push/${name}~${mac(name)}`,
    keys: { p256dh: privateKey.getPublicKey('base64url'), auth: authSecret.toString('base64url') },
  };
}

/** The name in a subscription's id; null when no such subscription was ever issued. */
export function nameOfSubscription(id: string): string | null {
  const [name, tag, ...more] = id.split('~');
  if (!isBrowserName(name) || tag === undefined || more.length > 0) return null;
  const [given, expected] = [Buffer.from(tag), Buffer.from(mac(name))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? name : null;
}

/** The keys a message to this browser is decrypted with. */
export function secretsOf(name: string): SubscriptionSecrets {
  const authSecret = derive(name, 'auth', 16);
  const privateKey = createECDH('prime256v1');
  for (let attempt = 0; ; attempt++) {
    try {
      privateKey.setPrivateKey(derive(name, `p256dh ${attempt}`, 32));
      return { privateKey, authSecret };
    } catch {
      // One number in 2^32 is not a private key of the curve; the next one is tried.
    }
  }
}

const derive = (name: string, purpose: string, bytes: number) =>
  Buffer.from(hkdfSync('sha256', seed, name, purpose, bytes));

const mac = (name: string) => createHmac('sha256', seed).update(name).digest('base64url').slice(0, 22);
