// Writes .env from .env.example with fresh passwords and keys. Never touches an existing one. Plain JavaScript, so that
// a host with nothing but Node and Docker can run it.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);

/** Public key as the 65 bytes of an uncompressed point, private key as its 32, both in base64url (RFC 8292). */
function vapidKeys() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return { VAPID_PUBLIC_KEY: Buffer.concat(point).toString('base64url'), VAPID_PRIVATE_KEY: d };
}

const fresh = {
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  ROWBELL_OWNER_PASSWORD: randomBytes(24).toString('hex'),
  ROWBELL_API_PASSWORD: randomBytes(24).toString('hex'),
  ROWBELL_WORKER_PASSWORD: randomBytes(24).toString('hex'),
  JWT_SECRET: randomBytes(32).toString('base64url'),
  LINK_KEYS: `k1:${randomBytes(32).toString('base64url')}`,
};
// Browsers bind a subscription to this key, so it is to be kept once used. As comments: it needs a VAPID_SUBJECT too.
const comment = Object.entries(vapidKeys()).map(([name, value]) => `# ${name}=${value}`);

const lines = readFileSync(new URL('.env.example', root), 'utf8').split('\n');
const filled = lines.flatMap((line) => {
  const name = line.split('=')[0];
  if (name === 'VAPID_PUBLIC_KEY') return ['# A fresh pair, should you want one:', ...comment, line];
  return Object.hasOwn(fresh, name) ? [`${name}=${fresh[name]}`] : [line];
});

try {
  writeFileSync(new URL('.env', root), filled.join('\n'), { mode: 0o600, flag: 'wx' });
  process.stdout.write(
    'Wrote .env with fresh passwords. Add your providers, then: docker compose up --detach --wait\n',
  );
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  process.stderr.write('There is a .env already; it stays as it is.\n');
  process.exitCode = 1;
}
