/**
 * A GraphQL document that knows what it answers and which variables it takes. The property exists in types alone. It is the
 * one of `DocumentTypeDecoration`, so documents that graphql-codegen makes as strings are documents here.
 */
export type Document<Result, Variables> = {
  toString(): string;
  readonly __apiType?: (variables: Variables) => Result;
};

// biome-ignore lint/suspicious/noExplicitAny: the variables of any document
export type ResultOf<One extends Document<unknown, any>> = One extends Document<infer Result, any> ? Result : never;

/** Whether a document only reads, so that it may be sent twice: one that does not begin with a query may change something. */
export const isQuery = (text: string): boolean => /^(?:[\s,]|#[^\n\r]*[\n\r])*(?:query\b|\{)/.test(text);
