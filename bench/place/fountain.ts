import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { startSandbox, type Sandbox } from '../../sandbox';
import { SHOP_ID } from '../../sandbox/state/seed';
import { tokens } from '../../sandbox/state/tokens';
import type { CrispAccess } from '../../scripts/start/seed';

/** A sandbox in a separate process, which announces messages of visitors as fast as it can. */
export class Fountain {
	private constructor(
		private readonly child: ChildProcess,
		readonly access: CrispAccess,
	) {}

	static async open(): Promise<Fountain> {
		const child = fork(__filename, ['fountain']);
		const [url] = (await once(child, 'message')) as [string];
		return new Fountain(child, {
			tier: 'website',
			...tokens.website,
			websiteId: SHOP_ID,
			isSimulated: true,
			baseUrl: url,
		});
	}

	/** Makes it announce this many messages, without waiting for them. */
	pour(count: number): void {
		this.child.send(count);
	}

	/** The number of connected sockets. */
	async connections(): Promise<number> {
		const response = await fetch(`${this.access.baseUrl}/sandbox/status`);
		return ((await response.json()) as { connections: number }).connections;
	}

	close(): void {
		this.child.kill('SIGKILL');
	}
}

const CONVERSATIONS = 50;
const FIRST_FINGERPRINT = 300_000_000_000_000;

function pour(sandbox: Sandbox, first: number, count: number): void {
	for (let number = first; number < first + count; number++) {
		sandbox.announce('message:send', SHOP_ID, {
			session_id: `session_00000000-0000-4000-8000-${String(number % CONVERSATIONS).padStart(12, '0')}`,
			inbox_id: null,
			type: 'text',
			content: `Where is my order ${number}? I have been waiting for it since Monday.`,
			from: 'user',
			origin: 'chat',
			stamped: true,
			timestamp: Date.now(),
			fingerprint: FIRST_FINGERPRINT + number,
			user: { nickname: `visitor${number % CONVERSATIONS}`, user_id: 'session_1' },
		});
	}
}

async function main(): Promise<void> {
	const sandbox = await startSandbox({ page: false });
	let poured = 0;
	process.on('message', (count: number) => {
		pour(sandbox, poured, count);
		poured += count;
	});
	process.once('disconnect', () => process.exit());
	process.send?.(sandbox.url);
}

if (process.argv[2] === 'fountain' && process.send) void main();
