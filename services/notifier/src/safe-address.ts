import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Where a webhook may be posted, with the address that was checked: the connection must use that one. */
export type SafeTarget =
  | { readonly kind: 'safe'; readonly url: URL; readonly address: string; readonly family: 4 | 6 }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unresolved'; readonly code: string | undefined };

export type Resolve = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/** IANA special-purpose addresses (RFC 6890 and updates): none of them is a receiver on the internet. */
const SPECIAL: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  // Link-local: cloud metadata lives here.
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
];

/** Global unicast IPv6 is 2000::/3; these parts of it embed or stand for other addresses. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, prefix, family] of SPECIAL) special.addSubnet(net, prefix, family);
for (const [net, prefix] of SPECIAL_V6) special.addSubnet(net, prefix, 'ipv6');
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** An address of the open internet: not private, link-local, mapped, translated or reserved. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  if (family === 6) return globalV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
  return false;
}

const isLoopback = (address: string): boolean => {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
};

/**
 * Resolves a webhook's host once and refuses everything that is not the open internet. One forbidden
 * address among several refuses all: a name that also points inside is not one to trust.
 */
export async function safeTarget(
  target: string,
  options: { readonly allowHttpLoopback: boolean; readonly resolve?: Resolve },
): Promise<SafeTarget> {
  if (!URL.canParse(target)) return { kind: 'refused', why: 'not a URL' };
  const url = new URL(target);
  const isHttp = url.protocol === 'http:' && options.allowHttpLoopback;
  if (url.protocol !== 'https:' && !isHttp) return { kind: 'refused', why: 'not https' };
  if (url.username !== '' || url.password !== '') return { kind: 'refused', why: 'credentials in the URL' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: Awaited<ReturnType<Resolve>>;
  try {
    const family = isIP(host);
    addresses = family === 0 ? await (options.resolve ?? systemResolve)(host) : [{ address: host, family }];
  } catch (error) {
    return { kind: 'unresolved', code: (error as NodeJS.ErrnoException).code };
  }
  const isAllowed = (address: string) =>
    isHttp
      ? isLoopback(address)
      : isPublicAddress(address) || (options.allowHttpLoopback && isLoopback(address));
  const first = addresses[0];
  if (first === undefined) return { kind: 'unresolved', code: 'ENOTFOUND' };
  if (!addresses.every(({ address }) => isAllowed(address)))
    return { kind: 'refused', why: 'not an address of the open internet' };
  return { kind: 'safe', url, address: first.address, family: first.family === 6 ? 6 : 4 };
}
