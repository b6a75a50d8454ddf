import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Thrown, before anything is sent, for an address outside the public internet. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  readonly code = 'private_address';

  constructor() {
    super('The address is not on the public internet.');
  }
}

/** IPv6 addresses given out for the public internet; all others have a special meaning or none. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public internet: not loopback, private, link-local (cloud metadata), carrier
 * grade NAT, multicast, documentation, or an IPv6 form that leads to IPv4 (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(ip: string): boolean {
  if (isIP(ip) === 0) return false;
  const address = ipaddr.process(ip);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}

/**
 * For `net.connect`: resolves like the system does and refuses a name of which any address is not public. Deciding
 * here, on the addresses that are then connected to, leaves no gap for a name that changes its mind (DNS rebinding).
 * Literal addresses never come through a lookup; callers check those with `isPublicAddress`.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  const { family, hints, all } = options as LookupOptions;
  lookup(hostname, { family: family ?? 0, hints: hints ?? 0, all: true }, (error, found: LookupAddress[]) => {
    const [first] = found ?? [];
    if (error || !first) return callback(error ?? new Error('no address'), '', 0);
    if (!found.every(({ address }) => isPublicAddress(address))) return callback(new PrivateAddressError(), '', 0);
    if (all) callback(null, found);
    else callback(null, first.address, first.family);
  });
};
