/** Hosts that are internal, in each spelling that a URL parser, a resolver or a programmer may read in another way. */
export const spellings = [
	// IPv4: loopback, private, link-local and its metadata service, unspecified, carrier-grade NAT, multicast, reserved
	...['127.0.0.1', '127.8.8.8', '10.0.0.5', '172.16.0.1', '172.31.255.254', '192.168.1.1', '169.254.169.254'],
	...['0.0.0.0', '100.64.0.1', '100.100.100.200', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.0.0.192'],
	...['198.18.0.1', '192.0.2.1', '198.51.100.1', '203.0.113.1', '192.88.99.1', '168.63.129.16', '8.8.8.8'],
	// decimal, octal, hexadecimal, shortened, with a dot at the end, with other digits and dots, escaped
	...['2130706433', '017700000001', '0x7f000001', '0177.0.0.1', '0x7f.0.0.1', '127.1', '127.0.1', '0', '127.0.0.1.'],
	...['①②⑦.⓪.⓪.①', '127。0。0。1', '127．0．0．1', '１２７.0.0.1', '%31%32%37.0.0.1', '169.254.43518', '0xa9fea9fe'],
	// IPv6: loopback, unspecified, link-local, unique local, multicast, site-local, documentation, discard
	...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[fec0::1]'],
	...['[2001:db8::1]', '[3fff::1]', '[100::1]', '[5f00::1]', '[2606:4700::1]'],
	// IPv4 inside of IPv6: mapped, compatible, translated, NAT64, local NAT64, 6to4, Teredo, ISATAP
	...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::7f00:1]'],
	...['[64:ff9b::127.0.0.1]', '[64:ff9b:1::a00:5]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::5efe:127.0.0.1]'],
	// names that exist inside of a network
	...[
		'localhost',
		'LOCALHOST',
		'localhost.',
		'%6c%6fcalhost',
		'ｌｏｃａｌｈｏｓｔ',
		'a.localhost',
		'localhost.localdomain',
	],
	...['intranet', 'n8n', 'redis', 'printer.local', 'db.internal', 'metadata.google.internal', 'nas.lan', 'x.home.arpa'],
	...['127.0.0.1..', 'localhost..', 'intranet.', 'a..internal', 'db.internal%2e', 'x.localhost.', '\u00ad127.0.0.1'],
	...['git.corp', 'wiki.intranet', 'api.svc', 'api.default.svc.cluster.local', 'vault.consul', 'db.docker', 'a.test'],
];

/** n8n's guard from 2.40 on, as far as its answers count here: it knows addresses, DNS and what administrators allow. */
export interface GuardSettings {
	dns?: Record<string, string>;
	allowedHosts?: string[];
	isPassthrough?: boolean;
}

export function guardWith({ dns = {}, allowedHosts = [], isPassthrough = false }: GuardSettings) {
	const isBlocked = (ip: string) => /^(127|10|0|169\.254|192\.168|192\.0\.2)\./.test(ip);
	return () => ({
		async validateUrl(address: string) {
			const { hostname } = new URL(address);
			if (isPassthrough || allowedHosts.includes(hostname)) return { ok: true };
			const ip = /^[\d.]+$/.test(hostname) ? hostname : dns[hostname];
			if (ip === undefined) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
			return isBlocked(ip) ? { ok: false, error: new Error(`blocked ${ip}`) } : { ok: true };
		},
	});
}
