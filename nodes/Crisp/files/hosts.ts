/** What the host of an address is, by its spelling alone: nothing is looked up in DNS. */

/**
 * - `name`: a name that the public DNS can have.
 * - `internal`: an IP address, or a name inside of a network. Only n8n's guard knows whether it may be read.
 * - `forbidden`: an address that is never read, and that n8n's guard does not block: carrier-grade NAT, multicast, reserved,
 *   IPv4 inside of IPv6, Azure's wire server.
 */
export type HostKind = 'name' | 'internal' | 'forbidden';

/** Endings of names that the public DNS does not have (RFC 6761, RFC 6762, RFC 8375, ICANN) or that networks use. */
const internalEndings = [
	...['local', 'localhost', 'localdomain', 'internal', 'intranet', 'private', 'corp', 'lan', 'home', 'arpa'],
	...['test', 'invalid', 'onion', 'alt', 'svc', 'consul', 'docker', 'kubernetes', 'cluster', 'domain', 'workgroup'],
];

type Range = readonly [network: string, bits: number];

/** IPv4 ranges that n8n's guard does not block by itself, and that are no public hosts. */
const forbiddenIpv4: readonly Range[] = [
	['100.64.0.0', 10],
	['168.63.129.16', 32],
	['192.88.99.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];

/** Of IPv6, only loopback, link-local, unique local and global unicast addresses are left to n8n's guard. */
const guardedIpv6: readonly Range[] = [
	['::1', 128],
	['fe80::', 10],
	['fc00::', 7],
	['2000::', 3],
];

/** Global unicast addresses that contain IPv4 addresses, or are reserved: Teredo and others, 6to4, documentation. */
const forbiddenIpv6: readonly Range[] = [
	['2001::', 23],
	['2001:db8::', 32],
	['2002::', 16],
	['3fff::', 20],
];

/** The kind of a host name as `URL` normalizes it: IPv4 with dots, IPv6 in brackets, other names in ASCII. */
export function kindOfHost(hostname: string): HostKind {
	const name = hostname.toLowerCase().replace(/(?<!\.)\.+$/, '');
	if (name.startsWith('[')) return kindOfIpv6(bitsOfIpv6(name.slice(1, -1)));
	if (/^\d+(\.\d+){3}$/.test(name)) return isIn(bitsOfIpv4(name), forbiddenIpv4, bitsOfIpv4) ? 'forbidden' : 'internal';
	const labels = name.split('.');
	const isInternal = labels.length < 2 || internalEndings.includes(labels.at(-1) ?? '');
	return isInternal ? 'internal' : 'name';
}

/** Whether a host name, as `URL` normalizes it, is this machine. */
export function isLoopback(hostname: string): boolean {
	return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function kindOfIpv6(bits: string): HostKind {
	const isGuarded = isIn(bits, guardedIpv6, bitsOfIpv6) && !isIn(bits, forbiddenIpv6, bitsOfIpv6);
	return isGuarded ? 'internal' : 'forbidden';
}

function isIn(bits: string, ranges: readonly Range[], bitsOf: (address: string) => string): boolean {
	return ranges.some(([network, length]) => bits.startsWith(bitsOf(network).slice(0, length)));
}

const inBits = (value: number, length: number) => value.toString(2).padStart(length, '0');

function bitsOfIpv4(address: string): string {
	return address
		.split('.')
		.map((part) => inBits(Number(part), 8))
		.join('');
}

/** The 128 bits of an address whose last part may be IPv4 with dots. */
function bitsOfIpv6(address: string): string {
	const [head = '', tail] = address.split('::').map(partsToBits);
	return tail === undefined ? head : head.padEnd(128 - tail.length, '0') + tail;
}

function partsToBits(parts: string): string {
	const bitsOf = (part: string) => (part.includes('.') ? bitsOfIpv4(part) : inBits(parseInt(part, 16), 16));
	return parts.split(':').filter(Boolean).map(bitsOf).join('');
}
