import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A certificate, as text, with the file that a Node.js can be told to trust (NODE_EXTRA_CA_CERTS). */
export interface HostCertificate {
	key: string;
	cert: string;
	file: string;
}

/** Makes a self-signed certificate for some hosts in an empty folder. Needs openssl; throws if it fails. */
export function makeCertificate(folder: string, hosts: string[]): HostCertificate {
	const [keyFile, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
	const names = hosts.map((host) => `DNS:${host}`).join();
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
	const subject = ['-subj', '/CN=stand-in', '-addext', `subjectAltName=${names}`];
	const out = ['-keyout', keyFile, '-out', file];
	execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...out], { stdio: 'pipe' });
	return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}
