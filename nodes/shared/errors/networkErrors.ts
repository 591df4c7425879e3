import type { INode, NodeApiError } from 'n8n-workflow';
import { noAnswerError, markUncertain } from './apiErrors';
import type { CrispRequest } from '../api/types';

/** In words: n8n replaces a message that has such a code by one of its own, which says less. */
const words: Record<string, string> = {
	ECONNREFUSED: 'the connection was refused',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ENOTFOUND: 'the name of the host is unknown',
	EAI_AGAIN: 'the name of the host could not be looked up',
	ETIMEDOUT: 'no answer in time',
	ECONNABORTED: 'no answer in time',
	EHOSTUNREACH: 'there is no way to the host',
	ENETUNREACH: 'there is no network',
	ERR_BAD_RESPONSE: 'the answer broke off',
	Z_DATA_ERROR: 'the answer could not be unpacked',
	HPE_INVALID_CONSTANT: 'the answer is not HTTP',
	EPROTO: 'no encrypted connection could be made',
	CERT_HAS_EXPIRED: 'the certificate of the server has expired',
	ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another host',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is signed by nobody',
	SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is signed by nobody whom n8n trusts',
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of the server is signed by nobody whom n8n trusts',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server is signed by nobody whom n8n trusts',
};

/** What Node.js says of answers that are not packed as they say, in three kinds of packing. */
const unpacking = /^(Z_|ERR__ERROR_|ZSTD_error_)/;

/** Faults before anything was sent. */
const unsent = new Set([
	...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
	...Object.keys(words).filter((code) => code.includes('CERT') || code.startsWith('UNABLE_TO')),
]);

/** Whether a fault shows that Crisp got nothing of a request. */
export function isUnsent(fault: unknown): boolean {
	return unsent.has(codeOf(fault));
}

/** The code of a fault of the network, such as ECONNRESET, wherever n8n has put it. */
function codeOf(fault: unknown): string {
	const { code, cause, httpCode } = (fault ?? {}) as { code?: unknown; cause?: { code?: unknown }; httpCode?: unknown };
	const codes = [code, cause?.code, httpCode].filter((one): one is string => typeof one === 'string');
	return codes.find((one) => /^[A-Z][A-Z_\d]+$/.test(one) || unpacking.test(one)) ?? '';
}

/** What becomes of a code in words. */
function saidOf(code: string): string | undefined {
	return words[code] ?? (unpacking.test(code) ? words.Z_DATA_ERROR : undefined);
}

/** Whether a fault came from the way to Crisp, and not from n8n before anything was sent. */
export function isNetworkFault(fault: unknown): boolean {
	return codeOf(fault) !== '';
}

/** A fault in words: what became of the network, or the first line of what was thrown. */
export function faultText(fault: unknown): string {
	const [line = ''] = String((fault as Error | undefined)?.message ?? fault).split('\n');
	return saidOf(codeOf(fault)) ?? line;
}

export function networkError(node: INode, fault: unknown, { method, path }: CrispRequest): NodeApiError {
	const code = codeOf(fault);
	const said = saidOf(code) ?? `${code.replaceAll('_', ' ').toLowerCase()}`;
	const isUnsure = (method === 'POST' || method === 'PATCH') && !unsent.has(code);
	const warning = isUnsure ? ' Crisp may have received it all the same.' : '';
	const error = noAnswerError(
		node,
		`Crisp could not be reached: ${said}`,
		`Check the network of n8n and 'API Address' in the credential. The request was ${method} ${path}.${warning}`,
	);
	return unsent.has(code) ? error : markUncertain(error);
}

/** For what is neither Crisp's nor the network's fault, such as a credential that n8n no longer has. */
export function n8nRequestError(node: INode, fault: unknown, secrets: string[]): NodeApiError {
	const [line = ''] = String((fault as Error | undefined)?.message ?? fault).split('\n');
	const shown = secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '…'), line);
	return noAnswerError(node, `n8n could not send the request: ${shown}`, 'Check the credential of this node.');
}
