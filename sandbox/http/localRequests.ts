import type { IncomingHttpHeaders } from 'http';

const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;
const LOCAL_ORIGIN = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/;

/**
 * True if a request comes from this machine itself. Listening on 127.0.0.1 is not enough: a web page can reach it
 * through the user's browser, with a host name that resolves to 127.0.0.1 (DNS rebinding) or with a cross-site form.
 */
export function isLocal({ host, origin }: IncomingHttpHeaders): boolean {
	if (!LOCAL_HOST.test(host ?? '')) return false;
	if (origin === undefined) return true;
	// A page on another port of this machine is another site, too.
	return LOCAL_ORIGIN.test(origin) && new URL(origin).host === host;
}
