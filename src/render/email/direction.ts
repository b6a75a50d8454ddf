/** The language and direction of some words, as attributes of the cell they stand in. */
export type OwnWords = { readonly lang: string; readonly dir: 'ltr' | 'rtl'; readonly align: 'left' | 'right' };

const rightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const rightToLeftLanguage = /^(?:ar|arc|ckb|dv|fa|ff-adlm|he|iw|ks|nqo|pa-arab|ps|sd|syr|ug|ur|uz-arab|yi)(?:-|$)/i;

/**
 * How words are to be set. Copy may be of another language than the person's, where there is none in theirs; so the letters
 * decide: the first one, and for whoever reads from right to left any of theirs ("Ben: وصل طلبك").
 *
 * @param locale the person's
 * @param language of the mail around the words
 */
export function ownWords(text: string, locale: string, language: string): OwnWords {
  const reads = rightToLeftLanguage.test(locale);
  const first = /\p{L}/u.exec(text)?.[0] ?? '';
  const isRightToLeft = reads ? rightToLeft.test(text) || first === '' : rightToLeft.test(first);
  const lang = reads === isRightToLeft ? locale : isRightToLeft ? 'und' : language;
  return { lang, dir: isRightToLeft ? 'rtl' : 'ltr', align: isRightToLeft ? 'right' : 'left' };
}
