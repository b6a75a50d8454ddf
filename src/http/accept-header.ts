/**
 * What a client likes of a list in one of its `Accept-…` headers (RFC 9110, 12.4.2): weights by name, in lower case. What it does
 * not like weighs nothing.
 */
export function readWeights(header: string | undefined): ReadonlyMap<string, number> {
  return new Map(
    (header ?? '').split(',').map((item) => {
      const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return [name, Number(weight) || 0] as const;
    }),
  );
}

/** A language in which errors are told. */
export type Language = 'en' | 'fr';

/** The one that the client likes better; English where it likes neither, or both alike. */
export function chooseLanguage(header: string | undefined): Language {
  if (header === undefined) return 'en';
  const weights = [...readWeights(header)];
  const weigh = (language: Language) =>
    Math.max(0, ...weights.filter(([name]) => name.split('-', 1)[0] === language).map(([, weight]) => weight));
  return weigh('fr') > weigh('en') ? 'fr' : 'en';
}
