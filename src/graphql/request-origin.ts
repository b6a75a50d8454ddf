/** Where a request came from, for what is recorded of it; empty where that is not known. */
export type Origin = { readonly ipAddress: string; readonly userAgent: string };
