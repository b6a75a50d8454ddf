import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseReport } from '../../src/providers/smtp/feedback/report.ts';
import type { Feedback } from '../../src/providers/smtp/feedback/types.ts';
import { ownOf } from '../../src/providers/smtp/feedback/whose.ts';

/** Mails as they come to the return path, and how docs say that each is read. */
const folder = join(import.meta.dirname, 'bounces');
const page = readFileSync(join(import.meta.dirname, '../../docs/bounces.md'), 'utf8');
const table = [...page.matchAll(/^\| `([\w.-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$/gm)].map(
  ([, name = '', read = '']) => [name, read] as const,
);

const tag = `k1-${'0'.repeat(42)}`;
const deliveryId = '0197a000-0000-7000-8000-000000000001';
const readReturn = (given: string) => (given === tag ? deliveryId : null);
const isAda = async (_: string, mailbox: string) => {
  const [local = '', domain = ''] = mailbox.split('@');
  return `${local.toLowerCase()}@${domainToASCII(domain)}` === 'ada@example.com';
};

const read = async (mail: Buffer, to: readonly string[] = []): Promise<string> =>
  (await ownOf(parseReport(mail, to, readReturn), isAda)).map(told).join(', ') || 'nothing';

const told = ({ kind, isAddressDead, reason, code }: Feedback) =>
  [kind, kind === 'bounced' && (isAddressDead ? 'hard' : 'soft'), kind === 'bounced' && reason, code]
    .filter(Boolean)
    .join(' ');

describe('W05, W06, W09: mails that come back', () => {
  test.each(table)('%s: %s', async (name, reading) => {
    expect(await read(readFileSync(join(folder, `${name}.eml`)))).toBe(reading);
  });

  test('the table has every mail, and at least 60', () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.eml$/, ''));
    expect(table.map(([name]) => name).toSorted()).toEqual(files.toSorted());
    expect(files.length).toBeGreaterThanOrEqual(60);
  });

  test.each(table)('%s reads alike with the line ends of the wire', async (name, reading) => {
    const mail = readFileSync(join(folder, `${name}.eml`), 'utf8').replaceAll('\n', '\r\n');
    expect(await read(Buffer.from(mail))).toBe(reading);
  });
});
