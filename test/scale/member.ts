import { readFileSync } from 'node:fs';

import { startN8n, type N8nOptions, type RunningN8n } from '../../scripts/host/n8n';

/** The first process has to create the database, and the others start in parallel. */
const READY_WITHIN_MS = 300_000;

/** One process of an n8n in queue mode, which can be killed and restarted with the same folder and port. */
export class Member {
	private running: RunningN8n | undefined;
	readonly url: string;
	readonly logFile: string;

	constructor(private readonly options: N8nOptions) {
		this.url = `http://127.0.0.1:${options.port}`;
		this.logFile = options.logFile;
	}

	async start(): Promise<RunningN8n> {
		return (this.running = await startN8n({ readyWithinMs: READY_WITHIN_MS, ...this.options }));
	}

	async stop(): Promise<void> {
		await this.running?.stop();
	}

	/** Kills it without a graceful shutdown, like a power cut. */
	async kill(): Promise<void> {
		await this.running?.kill();
	}

	/** The IDs of the executions that a worker has started but not ended, according to its log. */
	underWay(): string[] {
		const log = readFileSync(this.options.logFile, 'utf8');
		const ids = (verb: string) =>
			[...log.matchAll(new RegExp(`Worker ${verb} execution (\\d+) `, 'g'))].map(([, id]) => id);
		const ended = new Set([...ids('finished'), ...ids('errored while running')]);
		return ids('started').filter((id): id is string => id !== undefined && !ended.has(id));
	}
}
