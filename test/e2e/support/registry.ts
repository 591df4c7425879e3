import express from 'express';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createProxy, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Release {
	manifest: { name: string; version: string };
	bytes: Buffer;
}

/**
 * A local stand-in for npm's registry. Without a licence, n8n only uses npm's own registry, so the stand-in is reached
 * at npm's address: through a proxy that connects to nothing else, with a certificate that only processes with these
 * `settings` trust.
 */
export class Registry {
	private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-registry-'));
	private readonly releases: Release[] = [];
	private servers: Server[] = [];
	/** The connections through the proxy, which no server closes. */
	private readonly lines = new Set<Duplex>();
	private proxyUrl = '';
	/** The registry that n8n's installer uses without a licence. */
	private host = '';

	/** The environment variables with which n8n and its npm find this registry. */
	get settings(): Record<string, string> {
		const emptyConfig = this.inFolder('npmrc');
		const certificate = this.inFolder('certificate.pem');
		return {
			// A package that n8n has not verified; the host permits none otherwise.
			N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
			HTTPS_PROXY: this.proxyUrl,
			https_proxy: this.proxyUrl,
			NODE_EXTRA_CA_CERTS: certificate,
			// If npm has certificates configured, it trusts only those.
			npm_config_cafile: certificate,
			// The machine's npm settings lead to the real registry, and npm's cache contains its packages.
			npm_config_registry: `https://${this.host}/`,
			npm_config_https_proxy: this.proxyUrl,
			npm_config_userconfig: emptyConfig,
			npm_config_globalconfig: `${emptyConfig}-global`,
			npm_config_cache: this.inFolder('cache'),
			npm_config_update_notifier: 'false',
		};
	}

	async start(): Promise<void> {
		this.host = await usualHost(this.folder);
		await this.makeCertificate();
		const key = readFileSync(this.inFolder('key.pem'));
		const cert = readFileSync(this.inFolder('certificate.pem'));
		const registry = createTlsServer({ key, cert }, this.routes());
		const port = await listen(registry);
		const proxy = createProxy();
		proxy.on('connect', (request, socket) => {
			if (request.url !== `${this.host}:443`) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
			const line = connect(port, '127.0.0.1', () => {
				socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
				line.pipe(socket).pipe(line);
			});
			this.lines.add(socket);
			socket.once('close', () => this.lines.delete(socket) && line.destroy()).on('error', () => line.destroy());
			line.once('close', () => socket.destroy()).on('error', () => socket.destroy());
		});
		this.proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;
		this.servers = [proxy, registry as Server];
	}

	/** Publishes a tarball unchanged, and returns its version. */
	async publish(tarball: string): Promise<string> {
		const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
		const manifest = JSON.parse(stdout) as Release['manifest'];
		this.releases.push({ manifest, bytes: readFileSync(tarball) });
		return manifest.version;
	}

	/** Publishes the content of a tarball as another version. */
	async publishAs(version: string, tarball: string): Promise<void> {
		const folder = mkdtempSync(this.inFolder('release-'));
		await run('tar', ['-xzf', tarball, '-C', folder]);
		const manifestFile = path.join(folder, 'package/package.json');
		const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Release['manifest'];
		writeFileSync(manifestFile, JSON.stringify({ ...manifest, version }));
		const packed = path.join(folder, 'package.tgz');
		await run('tar', ['-czf', packed, '-C', folder, 'package']);
		await this.publish(packed);
	}

	async stop(): Promise<void> {
		for (const line of this.lines) line.destroy();
		for (const server of this.servers) {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
		rmSync(this.folder, { recursive: true, force: true });
	}

	private routes(): express.Express {
		const app = express();
		app.get('/:name', ({ params }, response) => {
			const releases = this.releases.filter(({ manifest }) => manifest.name === params.name);
			const latest = releases.at(-1)?.manifest.version;
			if (!latest) return void response.sendStatus(404);
			const versions = Object.fromEntries(releases.map((one) => [one.manifest.version, described(one, this.host)]));
			response.json({ name: params.name, 'dist-tags': { latest }, versions });
		});
		app.get('/:name/:version', ({ params }, response) => {
			const releases = this.releases.filter(({ manifest }) => manifest.name === params.name);
			const latest = params.version === 'latest' ? releases.at(-1) : undefined;
			const release = latest ?? releases.find(({ manifest }) => manifest.version === params.version);
			if (!release) return void response.sendStatus(404);
			response.json(described(release, this.host));
		});
		app.get('/:name/-/:version.tgz', ({ params }, response) => {
			const release = this.releases.find(({ manifest }) => manifest.version === params.version);
			if (!release) return void response.sendStatus(404);
			response.type('application/octet-stream').send(release.bytes);
		});
		return app;
	}

	private async makeCertificate(): Promise<void> {
		const files = ['-keyout', this.inFolder('key.pem'), '-out', this.inFolder('certificate.pem')];
		const names = ['-subj', `/CN=${this.host}`, '-addext', `subjectAltName=DNS:${this.host}`];
		await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...names]);
	}

	private inFolder(name: string): string {
		return path.join(this.folder, name);
	}
}

/** The host of npm's default registry; `folder` contains no npm settings. */
async function usualHost(folder: string): Promise<string> {
	const settings = ['--userconfig', path.join(folder, 'none'), '--globalconfig', path.join(folder, 'no-other')];
	const env = { PATH: process.env.PATH };
	const { stdout } = await run('npm', ['config', 'get', 'registry', ...settings], { cwd: folder, env });
	return new URL(stdout.trim()).host;
}

/** A version in the format of a registry. */
function described({ manifest, bytes }: Release, host: string) {
	const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
	const shasum = createHash('sha1').update(bytes).digest('hex');
	const tarball = `https://${host}/${manifest.name}/-/${manifest.version}.tgz`;
	return { ...manifest, dist: { tarball, integrity, shasum } };
}

async function listen(server: { listen: Server['listen']; address: Server['address'] }): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}
