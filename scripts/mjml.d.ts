/** The part of MJML 5 that is used here; it comes without types. */
declare module 'mjml' {
  export default function mjml2html(
    text: string,
    options?: {
      readonly fonts?: Readonly<Record<string, string>>;
      readonly keepComments?: boolean;
      readonly validationLevel?: 'strict' | 'soft' | 'skip';
      readonly minify?: boolean;
    },
  ): Promise<{ readonly html: string; readonly errors: readonly unknown[] }>;
}
