import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/**
 * TLS settings that trust one more certificate authority (PEM) than the system; none without. The authorities are
 * parsed here, once, instead of with every connection, which takes some ten milliseconds.
 */
export function trusting(ca: string | null | undefined): { readonly secureContext?: SecureContext } {
  return ca ? { secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }) } : {};
}
