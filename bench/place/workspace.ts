import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { FailOptions, LimitOptions } from '../../sandbox/faults';
import type { RecordedRequest } from '../../sandbox/http/rest';
import { SHOP_ID } from '../../sandbox/state/seed';
import { tokens } from '../../sandbox/state/tokens';
import { startChild } from '../../scripts/host/childProcess';
import { REPOSITORY } from '../../scripts/host/folder';
import { freePort } from '../../scripts/host/ports';
import { Announced } from './announced';

const PATIENCE_MS = 20_000;
const POLL_MS = 50;

/** The faults of the server during the measurement of a case. */
export interface Faults {
	latency?: number;
	/** Random extra latency, up to this many milliseconds. */
	spread?: number;
	limit?: LimitOptions;
	fail?: FailOptions[];
}

export type Asked = Omit<RecordedRequest, 'headers'>;

/** The credential data of the Crisp nodes for the sandbox at this URL. */
export const credentialAt = (baseUrl: string) => ({ tier: 'website', ...tokens.website, websiteId: SHOP_ID, baseUrl });

/** The sandbox in a separate process, so that server and client do not share a thread. */
export class Workspace {
	readonly websiteId = SHOP_ID;

	private constructor(
		readonly url: string,
		readonly announced: Announced,
		private readonly end: () => Promise<void>,
	) {}

	/** A sandbox that was started elsewhere, and is stopped there. */
	static async at(url: string): Promise<Workspace> {
		return new Workspace(url, await Announced.listen(url), async () => undefined);
	}

	static async open(): Promise<Workspace> {
		const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-crisp-bench-sandbox-'));
		const port = await freePort();
		const args = ['--import', 'tsx', path.join('sandbox', 'bin.ts'), '--port', String(port)];
		const logFile = path.join(folder, 'sandbox.log');
		const child = startChild(process.execPath, args, { cwd: REPOSITORY, env: process.env, logFile, graceMs: 0 });
		const url = `http://127.0.0.1:${port}`;
		await untilUp(url);
		return new Workspace(url, await Announced.listen(url), async () => {
			await child.stop();
			rmSync(folder, { recursive: true, force: true });
		});
	}

	async close(): Promise<void> {
		this.announced.stop();
		await this.end();
	}

	get credential() {
		return credentialAt(this.url);
	}

	/** Replaces all faults; a rate limit starts with a full burst. */
	async misbehave({ fail = [], ...faults }: Faults): Promise<void> {
		await this.post('/sandbox/faults', { reset: true, ...faults });
		for (const one of fail) await this.post('/sandbox/faults', { fail: one });
	}

	/** Creates this many conversations and returns their IDs. */
	async addConversations(count: number): Promise<string[]> {
		const { session_ids } = await this.post<{ session_ids: string[] }>('/sandbox/conversations', { count });
		return session_ids;
	}

	async addPeople(count: number): Promise<void> {
		await this.post('/sandbox/people', { count });
	}

	async countPeople(): Promise<number> {
		const response = await fetch(`${this.url}/sandbox/people/${this.websiteId}`);
		return ((await response.json()) as unknown[]).length;
	}

	/** The requests since a time in milliseconds, at most the last 10,000. */
	async askedSince(since: number): Promise<Asked[]> {
		const response = await fetch(`${this.url}/sandbox/requests?since=${since}`);
		return (await response.json()) as Asked[];
	}

	private async post<T>(route: string, body: unknown): Promise<T> {
		const headers = { 'Content-Type': 'application/json' };
		const response = await fetch(this.url + route, { method: 'POST', headers, body: JSON.stringify(body) });
		if (!response.ok) throw new Error(`POST ${route}: ${response.status} ${await response.text()}`);
		return (await response.json()) as T;
	}
}

async function untilUp(url: string): Promise<void> {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const isUp = await fetch(`${url}/sandbox/status`).then(
			({ ok }) => ok,
			() => false,
		);
		if (isUp) return;
		if (Date.now() > deadline) throw new Error('The sandbox did not start');
		await delay(POLL_MS);
	}
}
