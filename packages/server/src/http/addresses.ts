import ipaddr from 'ipaddr.js';

/** Whether an address is the one, or lies in the range, that is expected. */
export function isWithin(address: string, expected: string): boolean {
  const range = parseRange(expected);
  if (!range || !ipaddr.isValid(address)) return false;
  const [network, bits] = range;
  const found = ipaddr.process(address);
  return found.kind() === network.kind() && found.match(network, bits);
}

/** An address or CIDR range; null when the text is neither. */
export function parseRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | null {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return null;
  }
}
