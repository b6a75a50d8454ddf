import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type WebFile = {
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly compressed: { readonly br: Uint8Array; readonly gzip: Uint8Array };
  /** A strong ETag of what is inside. */
  readonly etag: string;
  /** Whether its name changes with what is inside. */
  readonly isHashed: boolean;
};
export type WebFiles = ReadonlyMap<string, WebFile>;

const web = join(import.meta.dirname, '..', '..', 'web');
/** Where the names of packages lead within the repository. */
const packages = {
  '@rowbell/client': join(web, 'client', 'src', 'index.ts'),
  '@rowbell/client/core': join(web, 'client', 'src', 'core.ts'),
};
/** What pages import by its name: it stays the same, and all that these import is hashed. */
const entries = ['bell', 'inbox', 'elements'];

let made: Promise<WebFiles> | null = null;

/** What browsers load, made of the sources in memory: nobody has to remember a build. Once for a process; what failed is tried again. */
export function bundleWeb(): Promise<WebFiles> {
  made ??= bundle().catch((error: unknown) => {
    made = null;
    throw error;
  });
  return made;
}

async function bundle(): Promise<WebFiles> {
  // Loaded here, and ended at once: it is a process of its own, of which an API that is up has no use.
  const { build, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: entries.map((name) => join(web, 'elements', 'src', `${name}.ts`)),
      alias: packages,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      outdir: '/',
      chunkNames: '[name]-[hash]',
      legalComments: 'linked',
      write: false,
      logLevel: 'silent',
    });
    const files = outputFiles.map(async ({ path, contents }) => [basename(path), await pack(basename(path), contents)]);
    return new Map((await Promise.all(files)) as [string, WebFile][]);
  } finally {
    await stop();
  }
}

async function pack(name: string, content: Uint8Array): Promise<WebFile> {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(content, { params: { ...quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  return {
    contentType: `text/${name.endsWith('.js') ? 'javascript' : 'plain'}; charset=utf-8`,
    content,
    compressed: { br, gzip: zipped },
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    isHashed: !entries.includes(name.replace(/\..*$/, '')),
  };
}
