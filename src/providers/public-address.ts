import { type LookupOptions, Resolver } from 'node:dns';
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

/** How long a name server may take, and how often it is asked. */
const nameServerMs = 1_000;
const tries = 2;

/**
 * For `net.connect`: resolves a name and refuses one of which any address is not public. Deciding here, on the addresses
 * that are then connected to, leaves no gap for a name that changes its mind (DNS rebinding). Name servers are asked
 * directly: the system's way would know the names of this machine and its network, and has four threads a process, which
 * four names that are never answered hold up for everybody. Literal addresses never come through a lookup; callers check
 * those with `isPublicAddress`.
 *
 * @param servers addresses of name servers in place of the system's
 */
export function createPublicLookup(servers?: readonly string[]): LookupFunction {
  const resolver = new Resolver({ timeout: nameServerMs, tries });
  if (servers) resolver.setServers(servers);

  const resolve = (hostname: string, family: 4 | 6) =>
    new Promise<{ readonly family: 4 | 6; readonly addresses: readonly string[]; readonly error: Error | null }>(
      (done) => {
        const answer = (error: Error | null, addresses: string[] = []) => done({ family, addresses, error });
        if (family === 4) resolver.resolve4(hostname, answer);
        else resolver.resolve6(hostname, answer);
      },
    );

  return (hostname, options, callback) => {
    const { family, all } = options as LookupOptions;
    const families = ([4, 6] as const).filter((one) => !family || family === one || family === `IPv${one}`);
    void Promise.all(families.map((one) => resolve(hostname, one))).then((answers) => {
      const found = answers.flatMap(({ family, addresses }) => addresses.map((address) => ({ address, family })));
      const [first] = found;
      if (!first) return callback(answers.find(({ error }) => error)?.error ?? new Error('no address'), '', 0);
      if (!found.every(({ address }) => isPublicAddress(address))) return callback(new PrivateAddressError(), '', 0);
      if (all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}
