// Not by postal-mime, which gives the leaves of a mail without saying below which part they stand: of a report only its own parts speak.

/** A part of a mail, or a mail: its headers by name in lower case (the first of a name), and its body as it stands. */
export type Part = { readonly headers: ReadonlyMap<string, string>; readonly body: string };

/** Splits a mail, or a part of one, at its first empty line. */
export function partOf(source: string): Part {
  const text = source.replace(/\r\n?/g, '\n');
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const headers = new Map<string, string>();
  for (const [, name = '', value = ''] of head.replace(/\n[ \t]+/g, ' ').matchAll(/^([\w-]+)[ \t]*:[ \t]*(.*)$/gm)) {
    const key = name.toLowerCase();
    if (!headers.has(key)) headers.set(key, value.trim());
  }
  return { headers, body: end < 0 ? '' : text.slice(end).replace(/^\n+/, '') };
}

/** `text/plain` of "Text/Plain; charset=utf-8"; RFC 2045 §5.2 makes it plain text where nothing is said. */
export const typeOf = ({ headers }: Part): string =>
  (headers.get('content-type') ?? 'text/plain').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * The parts right below a multipart. What stands in them is left alone: the message that came back may be a report itself, or
 * made to cost time.
 */
export function partsOf(part: Part): readonly Part[] {
  const boundary = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(
    part.headers.get('content-type') ?? '',
  );
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined || !typeOf(part).startsWith('multipart/')) return [];
  const [, ...pieces] = `\n${part.body}`.split(`\n--${mark}`);
  const parts: Part[] = [];
  for (const piece of pieces) {
    // The last delimiter has two more dashes; after another boundary's name it is none of ours.
    if (piece.startsWith('--')) break;
    const line = /^[ \t]*\n/.exec(piece);
    if (line) parts.push(partOf(piece.slice(line[0].length)));
  }
  return parts;
}

/** What a part says, with its transfer encoding undone. Addresses and codes are ASCII, or UTF-8 in an internationalised report. */
export function textOf({ headers, body }: Part): string {
  switch (headers.get('content-transfer-encoding')?.toLowerCase()) {
    case 'base64':
      return utf8(Buffer.from(body, 'base64'));
    case 'quoted-printable':
      return utf8(
        Buffer.from(
          body
            .replace(/[ \t]*=[ \t]*\n/g, '')
            .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          'latin1',
        ),
      );
    default:
      return utf8(Buffer.from(body, 'latin1'));
  }
}

const utf8 = (bytes: Buffer) => bytes.toString('utf8').replace(/\r\n?/g, '\n');

/** Blocks of `Name: value` lines with empty lines between them (RFC 3464 §2.1); folded lines are put together. */
export const blocksOf = (text: string): readonly ReadonlyMap<string, string>[] =>
  text
    .trim()
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => partOf(`${block}\n`).headers);
