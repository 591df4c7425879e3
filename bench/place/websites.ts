import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ITriggerResponse } from 'n8n-workflow';

import { startSandbox } from '../../sandbox';
import { SHOP_ID } from '../../sandbox/state/seed';
import { tokens } from '../../sandbox/state/tokens';
import type { CrispAccess } from '../../scripts/start/seed';
import { loadTriggers } from '../peers/triggers';

/** What a reconnect costs a token with this many websites, in a process with the built node and real connections. */
export interface Reconnect {
	/** The requests in the first ten seconds. */
	requests: number;
	/** Of these, those for the list of websites. */
	lists: number;
	/** From the loss of the connection to the first missed event, in milliseconds. */
	first: number;
	/** How many of the missed messages had arrived by then, and how many were written. */
	arrived: number;
	written: number;
	/** The heap and external memory after a garbage collection, in bytes. */
	heap: number;
}

const RECENT = 20;
/** Longer than the trigger waits before it reads again what a cache may have hidden. */
const WATCHED_MS = 10_000;
const PATIENCE_MS = 60_000;

/** A sandbox with many websites, in a separate process. */
class Estate {
	private constructor(
		private readonly child: ChildProcess,
		readonly access: CrispAccess,
	) {}

	static async open(websites: number): Promise<Estate> {
		const child = fork(__filename, ['estate', String(websites)]);
		const [url] = (await once(child, 'message')) as [string];
		return new Estate(child, { tier: 'plugin', ...tokens.plugin, websiteId: '', isSimulated: true, baseUrl: url });
	}

	close(): void {
		this.child.kill('SIGKILL');
	}
}

/** Measures a reconnect in a separate process, with a sandbox in another one. */
export async function reconnectWith(websites: number): Promise<Reconnect> {
	const estate = await Estate.open(websites);
	try {
		const execArgv = [...process.execArgv, '--expose-gc'];
		const child = fork(__filename, ['measure', JSON.stringify({ access: estate.access, websites })], { execArgv });
		const [result] = (await Promise.race([
			once(child, 'message'),
			once(child, 'exit').then(([code]) =>
				Promise.reject(new Error(`The process that connects exited with code ${code}`)),
			),
		])) as [Reconnect];
		child.kill();
		return result;
	} finally {
		estate.close();
	}
}

const idOf = (number: number) => `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

async function beEstate(count: number): Promise<void> {
	const sandbox = await startSandbox({ page: false });
	const { websites } = sandbox.state;
	const shop = websites.get(SHOP_ID);
	if (!shop) throw new Error('The sandbox has no shop');
	websites.clear();
	for (let number = 0; number < count; number++) {
		const website_id = idOf(number);
		websites.set(website_id, { ...shop, website_id, conversations: new Map(), people: new Map() });
	}
	process.once('disconnect', () => process.exit());
	process.send?.(sandbox.url);
}

async function measure({ access, websites }: { access: CrispAccess; websites: number }): Promise<Reconnect> {
	const post = async (route: string, body: object) => {
		const headers = { 'Content-Type': 'application/json' };
		const response = await fetch(access.baseUrl + route, { method: 'POST', headers, body: JSON.stringify(body) });
		if (!response.ok) throw new Error(`POST ${route}: ${response.status} ${await response.text()}`);
	};
	const requestsSince = async (since: number) => {
		const response = await fetch(`${access.baseUrl}/sandbox/requests?since=${since}`);
		return (await response.json()) as Array<{ path: string }>;
	};
	const write = async (number: number) =>
		await post('/sandbox/visitor/message', { website_id: idOf(number), text: 'Where is my order?' });
	const triggers = loadTriggers(access, { events: ['message:send', 'people:profile:created'] });
	const arrivals: number[] = [];
	const context = triggers.contextFor('workflow', () => arrivals.push(Date.now()));
	const response: ITriggerResponse = await triggers.begin(context);
	const until = async (isTrue: () => boolean | Promise<boolean>, what: string) => {
		for (const deadline = Date.now() + PATIENCE_MS; !(await isTrue()); await delay(20)) {
			if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
		}
	};
	const pages = websites / 20;
	const isListed = async () =>
		(await requestsSince(0)).filter(({ path }) => path.includes('/websites/all')).length >= pages;
	await until(isListed, 'the list of websites');
	const recent = Array.from(
		{ length: Math.min(RECENT, websites) },
		(_, index) => index * Math.floor(websites / RECENT),
	);
	for (const number of recent) await write(number);
	await until(() => arrivals.length >= recent.length, 'live events');
	arrivals.length = 0;
	const lost = Date.now();
	await post('/sandbox/drop-sockets', {});
	// The trigger reconnects after about a second.
	const missed = recent.slice(-5);
	for (const number of missed) await write(number);
	await until(() => arrivals.length > 0, 'missed events');
	const first = (arrivals[0] ?? Infinity) - lost;
	await delay(Math.max(0, lost + WATCHED_MS - Date.now()));
	const requests = await requestsSince(lost);
	const arrived = arrivals.length;
	for (let time = 0; time < 3; time++) globalThis.gc?.();
	const { heapUsed, external } = process.memoryUsage();
	await response.closeFunction?.();
	const lists = requests.filter(({ path }) => path.includes('/websites/all')).length;
	return { requests: requests.length, lists, first, arrived, written: missed.length, heap: heapUsed + external };
}

if (process.send && process.argv[2] === 'estate') void beEstate(Number(process.argv[3]));
if (process.send && process.argv[2] === 'measure') {
	void measure(JSON.parse(process.argv[3] ?? '{}') as Parameters<typeof measure>[0]).then((result) => {
		process.send?.(result);
	});
}
