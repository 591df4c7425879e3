import type { IncomingHttpHeaders } from 'http';

const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;
const LOCAL_ORIGIN = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/;

/**
 * Whether a request was meant for this machine. Listening on 127.0.0.1 is not enough: a page from elsewhere can reach
 * it through the visitor's browser, by a name that resolves to 127.0.0.1 or by a plain cross-site form.
 */
export function isLocal({ host, origin }: IncomingHttpHeaders): boolean {
	if (!LOCAL_HOST.test(host ?? '')) return false;
	if (origin === undefined) return true;
	// Another page of this machine, on another port, is another site too.
	return LOCAL_ORIGIN.test(origin) && new URL(origin).host === host;
}
