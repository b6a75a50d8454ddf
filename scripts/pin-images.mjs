// Writes into docker-compose.yml and Dockerfile which images are meant, by digest: `postgres:18` becomes
// `postgres:18@sha256:…`, what that tag stands for today. Run it to pin them and again to take an update; the diff says what
// changed. With --check it asks nobody and fails where an image has no digest. Plain JavaScript, for a host with nothing
// but Node and Docker.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    registry: { type: 'string', default: 'https://registry-1.docker.io' },
    folder: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});

/** Images that come from elsewhere; what compose builds itself has no registry. */
const files = {
  'docker-compose.yml': /^(\s+image: )(?!rowbell:)([\w./-]+:[\w.-]+)(@\S+)?$/gm,
  Dockerfile: /^(FROM )([\w./-]+:[\w.-]+)(@\S+)?$/gm,
};

const manifestTypes = [
  // Of all platforms first: one digest for every machine.
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** What a tag stands for now, as the registry's API tells it (OCI distribution, "Pulling manifests"). */
async function digestOf(image) {
  const [path, tag] = image.split(':');
  // Docker Hub's own images are in `library`.
  const name = path.includes('/') ? path : `library/${path}`;
  const url = `${options.registry}/v2/${name}/manifests/${tag}`;
  let response = await get(url, { accept: manifestTypes.join(', ') });
  if (response.status === 401) {
    const token = await askToken(response.headers.get('www-authenticate') ?? '');
    response = await get(url, { accept: manifestTypes.join(', '), authorization: `Bearer ${token}` });
  }
  if (!response.ok) throw new Error(`${image}: ${url} answered ${response.status}`);
  const manifest = Buffer.from(await response.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const said = response.headers.get('docker-content-digest');
  if (said !== null && said !== digest) throw new Error(`${image}: the registry says ${said} and sent ${digest}`);
  return digest;
}

/** Anybody may read public images, but has to ask for a token at the address that the registry names. */
async function askToken(challenge) {
  const { realm, ...query } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const response = await get(`${realm}?${new URLSearchParams(query)}`, {});
  if (!response.ok) throw new Error(`${realm} answered ${response.status}`);
  return (await response.json()).token;
}

function get(url, headers) {
  return fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
}

async function main() {
  const texts = Object.entries(files).map(([file, pattern]) => {
    const text = readFileSync(join(options.folder, file), 'utf8');
    const images = [...text.matchAll(pattern)].map(([, , image, digest]) => ({ image, digest }));
    if (images.length === 0) throw new Error(`${file} names no image`);
    return { file, pattern, text, images };
  });
  if (options.check) {
    const loose = texts.flatMap(({ file, images }) =>
      images
        .filter(({ digest }) => !/^@sha256:[0-9a-f]{64}$/.test(digest ?? ''))
        .map(({ image }) => `${file}: ${image}`),
    );
    if (loose.length > 0) throw new Error(`without a digest: ${loose.join(', ')}; run "node scripts/pin-images.mjs"`);
    return;
  }
  const wanted = new Set(texts.flatMap(({ images }) => images.map(({ image }) => image)));
  const digests = new Map();
  for (const image of wanted) digests.set(image, await digestOf(image));
  for (const { file, pattern, text } of texts) {
    const pinned = text.replace(pattern, (_all, before, image) => `${before}${image}@${digests.get(image)}`);
    if (pinned !== text) writeFileSync(join(options.folder, file), pinned);
  }
  for (const [image, digest] of digests) process.stdout.write(`${image}@${digest}\n`);
}

main().catch((error) => {
  process.stderr.write(`pin-images: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}\n`);
  process.exitCode = 1;
});
