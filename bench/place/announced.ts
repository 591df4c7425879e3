import { get } from 'node:http';

import type { Announcement } from '../../sandbox/realtime/announce';

/** Ends what is listened to; an event that no case brings about. */
const END = 'plugin:event';

/**
 * Keeps what the sandbox announces, from its stream, as it comes over the wire: read only when the measuring is over, so
 * that listening costs those who are measured next to nothing.
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

	/** Everything since the last call, in the order in which it happened. */
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
