import type { INode, NodeApiError } from 'n8n-workflow';
import { noAnswerError, markUncertain } from './apiErrors';
import type { CrispRequest } from '../api/types';
import { concealed, shownRequest } from '../security/secrets';
import { networkAdvice } from './addressAdvice';

/** The messages avoid the codes: n8n replaces a message that contains such a code with a less specific one. */
const words: Record<string, string> = {
	ECONNREFUSED: 'the connection was refused',
	ECONNRESET: 'the connection was reset',
	EPIPE: 'the connection was reset',
	ENOTFOUND: 'the host name was not found in DNS',
	EAI_AGAIN: 'the DNS lookup of the host name failed',
	ETIMEDOUT: 'the request timed out',
	ECONNABORTED: 'the request timed out',
	EHOSTUNREACH: 'there is no route to the host',
	ENETUNREACH: 'the network is unreachable',
	ERR_BAD_RESPONSE: 'the response was cut off',
	Z_BUF_ERROR: 'the response was cut off',
	Z_DATA_ERROR: 'the response could not be decompressed',
	HPE_INVALID_CONSTANT: 'the response is not HTTP',
	EPROTO: 'the TLS connection could not be established',
	CERT_HAS_EXPIRED: 'the certificate of the server has expired',
	ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another host',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is self-signed',
	SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is from an untrusted authority',
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of the server is from an untrusted authority',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server is from an untrusted authority',
};

/** The error codes of Node.js for responses that cannot be decompressed: zlib, Brotli and Zstandard. */
const unpacking = /^(Z_|ERR__ERROR_|ZSTD_error_)/;

/** Errors that occur before anything is sent. */
const unsent = new Set([
	...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
	...Object.keys(words).filter((code) => code.includes('CERT') || code.startsWith('UNABLE_TO')),
]);

/** Whether an error proves that Crisp did not receive the request. */
export function isUnsent(fault: unknown): boolean {
	return unsent.has(codeOf(fault));
}

/** The code of a network error, such as ECONNRESET, from any of the places where n8n puts it. */
function codeOf(fault: unknown): string {
	const { code, cause, httpCode } = (fault ?? {}) as { code?: unknown; cause?: { code?: unknown }; httpCode?: unknown };
	const codes = [code, cause?.code, httpCode].filter((one): one is string => typeof one === 'string');
	return codes.find((one) => /^[A-Z][A-Z_\d]+$/.test(one) || unpacking.test(one)) ?? '';
}

/** The message for an error code. */
function saidOf(code: string): string | undefined {
	return words[code] ?? (unpacking.test(code) ? words.Z_DATA_ERROR : undefined);
}

/** Whether an error came from the network, and not from n8n before anything was sent. */
export function isNetworkFault(fault: unknown): boolean {
	return codeOf(fault) !== '';
}

/** The message for an error: that of its network error code, or else the first line of its own. */
export function faultText(fault: unknown): string {
	const [line = ''] = String((fault as Error | undefined)?.message ?? fault).split('\n');
	return saidOf(codeOf(fault)) ?? line;
}

export function networkError(node: INode, fault: unknown, request: CrispRequest): NodeApiError {
	const { method } = request;
	const code = codeOf(fault);
	const said = saidOf(code) ?? `${code.replaceAll('_', ' ').toLowerCase()}`;
	const isUnsure = (method === 'POST' || method === 'PATCH') && !unsent.has(code);
	const warning = isUnsure ? ' Crisp may have received it nevertheless.' : '';
	const error = noAnswerError(
		node,
		`Crisp could not be reached: ${said}`,
		`${networkAdvice} The request was ${shownRequest(request)}.${warning}`,
	);
	return unsent.has(code) ? error : markUncertain(error);
}

/** For errors that come from n8n, such as a credential that no longer exists. */
export function n8nRequestError(node: INode, fault: unknown, request: CrispRequest): NodeApiError {
	// A secret may have several lines.
	const [line = ''] = concealed(String((fault as Error | undefined)?.message ?? fault), request).split('\n');
	return noAnswerError(node, `n8n could not send the request: ${line}`, 'Check the credential of this node.');
}
