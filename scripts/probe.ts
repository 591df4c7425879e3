import { setTimeout as delay } from 'node:timers/promises';
import { probe } from './probe/cli';
import { leftoverText } from './probe/run';
import { askWithoutEcho } from './probe/token';

/** One Ctrl-C arrives twice: from the terminal and from the loader between npm and this process. */
const SAME_KEY_MS = 500;

const interruption = new AbortController();
let conversation: string | undefined;

function listenForStop(): void {
	let stoppedAt = 0;
	const stop = () => {
		if (stoppedAt === 0) {
			stoppedAt = Date.now();
			interruption.abort();
		} else if (Date.now() - stoppedAt > SAME_KEY_MS) {
			if (conversation) console.error(leftoverText(conversation));
			process.exit(130);
		}
	};
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
	try {
		await delay(ms, undefined, { signal });
	} catch (error) {
		if (!signal?.aborted) throw error;
	}
}

listenForStop();
probe(process.argv.slice(2), {
	environment: process.env,
	ask: process.stdin.isTTY ? askWithoutEcho : undefined,
	time: { now: Date.now, sleep },
	signal: interruption.signal,
	print: (text) => console.log(text),
	tell: (text) => console.error(text),
	onConversation: (session) => (conversation = session),
}).then(
	(code) => (process.exitCode = code),
	(error: unknown) => {
		console.error((error as Error).stack);
		process.exitCode = 1;
	},
);
