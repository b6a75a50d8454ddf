import { createHash } from 'node:crypto';
import fc from '../support/fast-check.ts';
import type { Json } from './case.ts';

/** What nobody means, by what it is to be taken for. Generators shrink towards the first of each. */

/** What no compression makes smaller: an index takes no more than a third of a page. */
const noise = Array.from({ length: 120 }, (_, index) => createHash('sha256').update(String(index)).digest('hex')).join(
  '',
);

const texts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfffy',
  '\ufeff\u200b\u202egnp.exe',
  'Å\u030a\u1e9b\u0323',
  '😀'.repeat(200),
  '\u0645\u0631\u062d\u0628\u0627',
  "'; drop table notify.users; --",
  `"'\`$$\\`,
  '%s%n%I%L$1{0}{{userId}}{Name}',
  '\\x00',
  '<script>alert(1)</script>',
  'a\r\nBcc: eve@example.com\r\n\r\n',
  '../../etc/passwd',
  'null',
  '(,,,)',
  '{}',
  '{NULL}',
  '[]',
  '=cmd|" /C calc"!A0',
  '*:* | & ! <-> (',
  'ı'.repeat(63),
  'x'.repeat(3_000),
  noise,
  'ab '.repeat(10_000),
  'x'.repeat(70_000),
];
const numbers: readonly number[] = [
  0, -1, 1, -0, 0.1, -0.000001, 2_147_483_647, 2_147_483_648, -2_147_483_649, 9_007_199_254_740_992, 1e21, 1e308,
  -1e308,
];
const numerals: readonly string[] = [
  'NaN',
  'Infinity',
  '-Infinity',
  '1e131071',
  '9'.repeat(400),
  '0x10',
  '1_000',
  ' 1 ',
  '-0',
  '١',
];
const instants: readonly string[] = [
  'infinity',
  '-infinity',
  '4713-01-01 00:00:00 BC',
  '0001-01-01T00:00:00Z',
  '294276-12-31T23:59:59.999999Z',
  '294277-01-01T00:00:00Z',
  '2024-02-30T00:00:00Z',
  '2026-01-01T24:00:00+15:59:59',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '10889-08-02T05:31:50Z',
  'now',
  'epoch',
  'yesterday allballs',
  '2026-03-29T02:30:00',
];
const days: readonly string[] = [
  'infinity',
  '-infinity',
  '4713-01-01 BC',
  '5874897-12-31',
  '0001-01-01',
  '2024-02-30',
  'epoch',
];
const times: readonly string[] = ['24:00:00', '23:59:60', '00:00:00+14', '25:00', 'allballs', '12:00:00.0000001'];
const intervals: readonly string[] = [
  '-1 day',
  '178000000 years',
  '1 month -30 days',
  '0',
  'infinity',
  'P1Y',
  '1e10 seconds',
  '100 years',
];
const uuids: readonly string[] = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '00000000-0000-7000-8000-000000000001',
  '{00000000-0000-7000-8000-000000000001}',
  'ffffffff-ffff-7fff-bfff-ffffffffffff',
  '000000000000000070008000000000000001',
  'not-a-uuid',
];
const deep = (depth: number): Json => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as Json;
const deepObject = (depth: number): Json => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as Json;
const jsons: readonly Json[] = [
  null,
  [],
  {},
  [null, null],
  '',
  0,
  { '': '' },
  { __proto__: 'x', constructor: 1, toString: null },
  { a: '\u0000' },
  { a: '\ud800' },
  { [`k${'x'.repeat(3_000)}`]: 1 },
  deep(100),
  deepObject(100),
  '⟦deep⟧',
  Array.from({ length: 2_000 }, () => null),
  { n: 1e308, m: -0, s: 'x'.repeat(20_000) },
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(...numerals, ...instants, ...uuids) },
);

/** Of no type in particular. */
export const anything: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(...jsons),
  hostileText,
  fc.constantFrom<Json>(...numbers, true, false),
);

const uuid = fc.oneof(fc.constantFrom(...uuids), fc.uuid());
const numeric = fc.oneof(fc.constantFrom<Json>(...numbers), fc.constantFrom<Json>(...numerals), fc.integer());
const inTimes = (some: readonly string[]) => fc.oneof(fc.constantFrom(...some), hostileText);

/** For a scalar of GraphQL or a type of PostgreSQL. */
export function hostileFor(type: string): fc.Arbitrary<Json> {
  switch (type.toLowerCase()) {
    case 'uuid':
      return fc.oneof(uuid, hostileText);
    case 'int':
    case 'bigint':
    case 'float':
    case 'bigfloat':
    case 'integer':
    case 'smallint':
    case 'numeric':
    case 'double precision':
      return numeric;
    case 'datetime':
    case 'timestamp with time zone':
      return inTimes(instants);
    case 'date':
      return inTimes(days);
    case 'time':
    case 'time without time zone':
      return inTimes(times);
    case 'interval':
      return inTimes(intervals);
    case 'json':
    case 'jsonb':
      return fc.oneof(fc.constantFrom<Json>(...jsons), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>);
    case 'boolean':
      return fc.constantFrom<Json>(true, false, null, 'x', 0);
    default:
      return hostileText;
  }
}
