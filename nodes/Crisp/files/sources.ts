import { UserError } from 'n8n-workflow';
import type { Guard } from '../../shared/n8n/egress';
import { isLoopback, kindOfHost } from './hosts';

/** Hosts of Crisp that have files of messages and avatars; seen in its chatbox and in messages of real workspaces. */
const crispHosts = ['storage.crisp.chat', 'image.crisp.chat'];

export interface SourcesOptions {
	/** The address of Crisp's API in the credential: the files of a sandbox on this machine are below it. */
	apiAddress: string;
	/** n8n's guard against internal addresses. */
	guard: Guard;
	/** What 'Other Hosts' names; see `checkedHosts`. */
	otherHosts?: string[];
	/** What else the user can do, as an ending of the advice: ", or set …". */
	instead?: string;
}

/** An address that may be read. */
export interface Source {
	/** As the URL parser normalizes it, so that n8n connects to the host that was checked. */
	url: string;
	/** Whether the host is Crisp's, or a sandbox: what its network answers says nothing about other machines. */
	isCrisp: boolean;
}

/**
 * Decides where files are read from: over https, from Crisp's storage and the hosts that the user names. A visitor can
 * put any address into a message, also one inside of the network of n8n.
 *
 * Without n8n's guard, nothing is looked up in DNS, so that a name which leads to an internal address is not noticed.
 * Such a connection fails because the machine has no certificate for the name.
 */
export class Sources {
	private readonly listed: Set<string>;

	constructor(private readonly options: SourcesOptions) {
		this.listed = new Set([...crispHosts, ...(options.otherHosts ?? [])]);
	}

	/** Whether the host of an address is one that files are read from; the guard may still forbid it. */
	isListed(address: string): boolean {
		const url = parsed(address);
		return url !== undefined && (this.isOfSandbox(url) || this.listed.has(url.host));
	}

	/**
	 * Returns an address that may be read; `from` is the host that redirects to it. Throws a UserError that names the
	 * host and the option that allows it.
	 */
	async check(address: string, from?: string): Promise<Source> {
		const url = parsed(address);
		if (!url) throw this.refusal(from ?? '', 'the server redirects to something that is not a web address');
		const asked = from === undefined ? shown(url.host) : `${shown(url.host)}, to which ${shown(from)} redirects`;
		if (url.username !== '' || url.password !== '') {
			throw this.refusal(asked, 'the address contains a user name or a password');
		}
		if (this.isOfSandbox(url)) return { url: url.href, isCrisp: true };
		await this.checkHost(url, asked);
		return { url: url.href, isCrisp: crispHosts.includes(url.host) };
	}

	private async checkHost(url: URL, place: string): Promise<void> {
		const kind = kindOfHost(url.hostname);
		const isListed = this.listed.has(url.host);
		if (kind === 'forbidden' || (kind === 'internal' && !isListed)) throw this.internalRefusal(place);
		if (!isListed) throw this.unlistedRefusal(place);
		if (url.protocol !== 'https:') throw this.refusal(place, 'the address must begin with https://');
		const verdict = await this.options.guard(url.href);
		if (verdict instanceof Error) throw this.refusal(place, `n8n's network rules forbid it (${verdict.message})`);
		if (kind === 'internal' && verdict !== 'allowed') throw this.internalRefusal(place);
	}

	/** Whether an address is of the sandbox of the credential: exactly its origin, and on this machine. */
	private isOfSandbox(url: URL): boolean {
		const api = parsed(this.options.apiAddress);
		return api !== undefined && isLoopback(api.hostname) && url.origin === api.origin;
	}

	private unlistedRefusal(place: string): UserError {
		const { instead = '' } = this.options;
		return new UserError(
			`The file is not read from ${place}: the host is neither Crisp's storage nor one of 'Other Hosts'`,
			{ description: `If you trust the host, add it to 'Other Hosts'${instead}. A message can hold any address.` },
		);
	}

	private internalRefusal(place: string): UserError {
		return new UserError(
			`The file is not read from ${place}: it is an IP address, or a name that only exists inside of a network`,
			{
				description:
					"Give the public name of the host in 'File URL' and in 'Other Hosts'. From n8n 2.40 on, its administrator can allow private addresses with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES; 'Other Hosts' has to name them, too.",
			},
		);
	}

	private refusal(place: string, why: string): UserError {
		return new UserError(`The file is not read from ${place}, because ${why}`, {
			description:
				"Check 'File URL', or the address in the message. Files are read over https, from Crisp's storage and from 'Other Hosts'.",
		});
	}
}

/** Trims the address. Throws a UserError unless it is an http or https URL. */
export function checkedUrl(given: string): string {
	const url = given.trim();
	if (parsed(url)) return url;
	throw new UserError(`'File URL' is not a web address: ${url.slice(0, 80)}`, {
		description: 'Give an address that begins with https://, such as https://example.com/invoice.pdf.',
	});
}

function parsed(address: string): URL | undefined {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/**
 * The hosts of the field 'Other Hosts', as the URL parser normalizes them, with a port unless that is 443. Throws a
 * UserError for an entry that is not the exact name of a host.
 */
export function checkedHosts(given: unknown): string[] {
	return Array.isArray(given) ? given.map((entry) => checkedHost(String(entry))) : [];
}

function checkedHost(entry: string): string {
	const url = /^[^\s/?#@\\*%]+$/.test(entry) ? parsed(`https://${entry}`) : undefined;
	if (url && url.pathname === '/' && url.username === '') return url.host;
	throw new UserError(`'Other Hosts' has an entry that is not the name of a host: ${entry.slice(0, 80)}`, {
		description:
			'Give exact names, such as files.example.com, without https:// and without *. Give another port than 443 after a colon: files.example.com:8443.',
	});
}

function shown(host: string): string {
	return host.length > 100 ? `${host.slice(0, 100)}…` : host;
}
