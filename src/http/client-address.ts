import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Origin } from '../graphql/request-origin.ts';
import type { Request } from './respond.ts';

/**
 * Whether an address is of a proxy of ours.
 *
 * @param trustedProxies addresses and networks in CIDR notation
 */
export function createIsProxy(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [network = '', prefix] = proxy.split('/');
    if (prefix === undefined) trusted.addAddress(network, familyOf(network));
    else trusted.addSubnet(network, Number(prefix), familyOf(network));
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, familyOf(address));
}

/**
 * Tells where requests came from. `X-Forwarded-For` is read from its end, where our own proxies wrote, and only as far as
 * proxies are trusted: what stands before that the client may have made up. Without trusted proxies it is the address of
 * the connection.
 */
export function createOriginOf(isProxy: (address: string) => boolean): (request: Request) => Origin {
  return ({ socket, headers }) => {
    let ipAddress = plainAddress(socket.remoteAddress ?? '');
    const hops = [headers['x-forwarded-for'] ?? []].flat().join().split(',');
    while (isProxy(ipAddress)) {
      const before = hops.pop()?.trim();
      if (!before) break;
      ipAddress = plainAddress(before);
    }
    return { ipAddress: isIP(ipAddress) ? ipAddress : '', userAgent: headers['user-agent'] ?? '' };
  };
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Without the port that some proxies add, without a zone, and IPv4 as such where it came in IPv6. */
export function plainAddress(address: string): string {
  return address
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=[\d.]+$)/i, '');
}

/** An address, or of IPv6 the /64: whoever has one address there has them all. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':');
}
