const encrypted = new Set(['https:', 'wss:']);
const plain = new Set(['http:', 'ws:']);
/** The host names of this machine, as the URL parser normalises them. */
const thisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether data sent to a URL cannot be read on the way: it is encrypted, or never leaves this machine. */
export function isSecureUrl(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	return encrypted.has(protocol) || (plain.has(protocol) && thisMachine.test(hostname));
}

/** The error message for a URL that is not secure, and how to fix it. */
export const insecureUrl: [what: string, how: string] = [
	"The address of Crisp's API must begin with https://",
	"Check 'API Address' in the credential: the key is only sent encrypted. Only an address of this machine may begin with http://, such as http://127.0.0.1:8899.",
];
