import { z } from 'zod';
import { type Environment, type SettingName, settings } from './settings.ts';

/** Reads settings one by one; what is wrong with one becomes a sentence of `problems`, so that all of them are reported. */
export type Reader = ReturnType<typeof createReader>;

export function createReader(environment: Environment) {
  const problems: string[] = [];
  const given = (name: SettingName): string | null => environment[name]?.trim() || null;
  const text = (name: SettingName): string | null => given(name) ?? settings[name].default;
  const parse = <T>(name: SettingName, schema: z.ZodType<T>, expected: string): T | null => {
    const value = text(name);
    if (value === null) return null;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    problems.push(`${name} must be ${expected}`);
    return null;
  };
  const integer = (name: SettingName, min: number, max: number): number =>
    parse(
      name,
      z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max)),
      `a whole number from ${min} to ${max}`,
    ) ?? min;
  const url = (name: SettingName, pattern: RegExp, expected: string): string | null =>
    parse(
      name,
      z
        .string()
        .regex(pattern)
        .refine(URL.canParse)
        .transform((value) => value.replace(/\/$/, '')),
      expected,
    );
  const databaseUrl = (name: SettingName) =>
    url(name, /^postgres(ql)?:\/\//, 'an address such as postgres://user:password@host:5432/database');
  const pem = (name: SettingName, kind: string): string | null =>
    parse(
      name,
      z
        .string()
        .transform(unfold)
        .refine((value) => value.includes(`-----BEGIN ${kind}`)),
      `a PEM (-----BEGIN ${kind}…), also base64-encoded or with \\n written out`,
    );
  const certificate = (name: SettingName) => pem(name, 'CERTIFICATE');
  const plain = (name: SettingName) => text(name) ?? '';
  const oneOf = <T extends string>(name: SettingName, values: readonly [T, ...T[]]): T =>
    (parse(name, z.enum(values), `one of ${values.join(', ')}`) as T | null) ?? values[0];

  /** What `build` makes when every setting of the group is there, null when none is; a part of them is a problem. */
  const group = <T>(
    what: string,
    names: readonly [SettingName, ...SettingName[]],
    build: () => T,
    extras: readonly SettingName[] = [],
  ): T | null => {
    // Also of an incomplete group what is there is checked: all problems at once.
    const built = build();
    const missing = names.filter((name) => given(name) === null);
    if (missing.length === 0) return built;
    if (missing.length < names.length || extras.some((name) => given(name) !== null)) {
      for (const name of missing) problems.push(`${name} is missing: ${what} needs ${names.join(', ')} together`);
    }
    return null;
  };
  const longSecret = (name: SettingName) => parse(name, z.string().min(16), 'at least 16 characters long');

  return {
    problems,
    /** What is set, without a default. */
    given,
    text,
    /** The same, empty where there is none. */
    plain,
    parse,
    integer,
    url,
    databaseUrl,
    pem,
    certificate,
    oneOf,
    longSecret,
    group,
  };
}

/** An origin of the web as it is written: scheme, host and a port that is not the scheme's own. */
export const isOrigin = (value: string): boolean =>
  /^https?:\/\/[\w.:[\]-]+$/.test(value) && URL.parse(value)?.origin === value;

/** Undoes what people do to get line ends through an environment variable. */
function unfold(value: string): string {
  const decoded = /^[A-Za-z0-9+/\s]+=*$/.test(value) ? Buffer.from(value, 'base64').toString('utf8') : value;
  return decoded.replaceAll('\\n', '\n');
}
