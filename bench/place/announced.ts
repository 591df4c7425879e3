import { get } from 'node:http';

import type { Announcement } from '../../sandbox/realtime/announce';

/** Marks the end of a batch of announcements; no case triggers this event. */
const END = 'plugin:event';

/**
 * Collects the announcements of the sandbox from its event stream. They are parsed only after the measurement, so that
 * listening hardly affects it.
 */
export class Announced {
	private readonly chunks: Buffer[] = [];
	private marks = 0;

	private constructor(
		private readonly url: string,
		readonly stop: () => void,
	) {}

	static async listen(url: string): Promise<Announced> {
		return await new Promise((resolve, reject) => {
			const request = get(`${url}/sandbox/events`, (response) => {
				const announced = new Announced(url, () => request.destroy());
				response.on('data', (chunk: Buffer) => announced.chunks.push(chunk));
				response.on('error', () => undefined);
				resolve(announced);
			});
			request.on('error', reject);
		});
	}

	/** All announcements since the last call, in order. */
	async take(): Promise<Announcement[]> {
		const mark = `mark ${++this.marks}`;
		await fetch(`${this.url}/sandbox/announce`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ event: END, data: { mark } }),
		});
		while (!this.isAt(mark)) await new Promise((resolve) => setImmediate(resolve));
		const lines = Buffer.concat(this.chunks.splice(0)).toString().split('\n');
		const all = lines.filter((line) => line.startsWith('data: '));
		return all.map((line) => JSON.parse(line.slice(6)) as Announcement).filter(({ event }) => event !== END);
	}

	private isAt(mark: string): boolean {
		const tail = Buffer.concat(this.chunks.slice(-2)).toString();
		return tail.includes(JSON.stringify(mark)) && tail.endsWith('\n\n');
	}
}
