const encrypted = new Set(['https:', 'wss:']);
const plain = new Set(['http:', 'ws:']);
/** As the URL standard writes them, whichever way they were typed. */
const thisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether nobody on the way can read what is sent to an address: it is encrypted, or never leaves this machine. */
export function isSecureUrl(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	return encrypted.has(protocol) || (plain.has(protocol) && thisMachine.test(hostname));
}

/** What is wrong with an address that is not private, and how to mend it. */
export const insecureUrl = {
	what: "The address of Crisp's API has to begin with https://",
	how: "Check 'API Address' in the credential: the key is not sent where others could read it. Only an address of this machine may begin with http://, such as http://127.0.0.1:8899.",
};
