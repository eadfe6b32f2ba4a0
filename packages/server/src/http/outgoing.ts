import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isWithin } from './addresses.js';

/** An address that this service does not call. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/** All IPv6 addresses that were given out to the public; beside them lie forms of IPv4 ones, `::127.0.0.1`. */
const PUBLIC_IPV6 = '2000::/3';

/**
 * Whether the service may call an address on somebody's word: public ones, and those that the operator lists. Loopback,
 * private, link-local (where clouds keep their credentials) and every other special range is refused.
 * @param allowed addresses and ranges, `10.1.0.0/16`; what is neither is passed over
 */
export function mayCall(address: string, allowed: readonly string[]): boolean {
  return isPublic(address) || allowed.some((range) => isWithin(address, range));
}

function isPublic(address: string): boolean {
  const found = ipaddr.process(address);
  return found.range() === 'unicast' && (found.kind() === 'ipv4' || isWithin(address, PUBLIC_IPV6));
}

/** The same for the host of a URL, where it is an address: Node looks only names up. @throws AddressRefusedError */
export function checkHost({ hostname }: URL, allowed: readonly string[]): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !mayCall(address, allowed)) throw refused();
}

/**
 * Looks a name up like the system does, and fails unless each of its addresses may be called. The connection goes to an
 * address that was checked: a name cannot change its mind in between.
 */
export function checkedLookup(allowed: readonly string[]): LookupFunction {
  return (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error ?? !first) return callback(error ?? refused(), '');
      if (addresses.some(({ address }) => !mayCall(address, allowed))) return callback(refused(), '');
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function refused(): AddressRefusedError {
  return new AddressRefusedError('an address that is not public, and that the operator does not allow');
}
