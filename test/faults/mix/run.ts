import { setTimeout as delay } from 'node:timers/promises';
import { SHOP_ID } from '../../../sandbox/state/seed';
import { tokens } from '../../../sandbox/state/tokens';
import { testClock } from '../../support/testClock';
import type { Credential } from '../../../nodes/shared/api/transport';
import { randomFrom } from '../../support/chaos/plan';
import { execute } from '../../support/n8nContext';
import type { Evidence } from '../evidence';
import { Line } from '../line';
import { Crisp } from './crisp';
import { leftSince, resources, type Resources } from './leftovers';
import { Memory } from './memory';
import { RandomMoods, textOfMoods } from './moods';
import { N8n } from './n8n';
import { Tally, textOf } from './tally';
import { drawn, type Scene } from './troubles';

/** The number of messages, the duration, and the seed of the random faults. */
export interface Mix {
	seed: number;
	seconds: number;
	messages: number;
	/** How many of the messages are answered; has to divide `messages`. */
	actions: number;
}

/** The results; the lists contain messages by name. */
export interface Outcome {
	mix: Mix;
	troubles: Record<string, number>;
	/** The sandbox's moods: how many combinations, and the values of each. */
	moods: Pick<RandomMoods, 'combinations' | 'met'>;
	/** By the path on which they were expected. */
	lost: Record<string, string[]>;
	doubled: Record<string, string[]>;
	failed: string[];
	rejections: string[];
	left: Resources;
	memory: Memory;
	seconds: number;
}

const conversations = 40;
const signingSecret = 'a signing secret that nobody may see';
/** The mean pause between two faults, in milliseconds. */
const meanPause = 700;
/** The mean time between two combinations of moods, in milliseconds. */
const meanMood = 8_000;
const samples = 40;
/** The maximum time without progress at the end of a run: longer than the node's longest retry delay. */
const patience = 90_000;
/** The maximum time for sockets and timers to end; waiting stops as soon as all have ended. */
const aftermath = 60_000;
/** How long duplicates are waited for, in milliseconds: the trigger repeats its catch-up after 12 s. */
const lateDuplicates = 15_000;
const visitorFingerprints = 700_000_000_000;

/** Visitors write and n8n replies while random faults occur; resolves when the results are counted. */
export async function runMix(mix: Mix, evidence: Evidence, say: (line: string) => void): Promise<Outcome> {
	const began = Date.now();
	const rejections: string[] = [];
	const note = (error: unknown) => rejections.push(String((error as Error | undefined)?.stack ?? error));
	process.on('unhandledRejection', note).on('uncaughtException', note);
	const crisp = await Crisp.start(conversations);
	const moods = new RandomMoods(mix.seed);
	await changeMoods(crisp, moods, say);
	const line = await Line.to(crisp.url);
	const credential: Credential = {
		...{ tier: 'plugin', ...tokens.plugin, websiteId: SHOP_ID, baseUrl: line.url, signingSecret },
	};
	evidence.guard({ key: credential.key, 'signing secret': signingSecret });
	evidence.guardPair('key', credential.identifier, credential.key);
	// n8n itself keeps some resources open from the first execution on.
	await execute({ credential, parameters: { resource: 'conversation', operation: 'create' } });
	const every = mix.messages / mix.actions;
	const isAnswered = (number: number) => number > 0 && number % every === 0;
	const n8n = new N8n({ credential, evidence, messages: mix.messages, isAnswered });
	const { alarm } = testClock;
	testClock.alarm = (milliseconds, ring) => alarm(n8n.longest(milliseconds), ring);
	const before = resources();
	await n8n.start('activate');
	const url = await n8n.serve();
	await crisp.post('hooks', { url, kind: 'plugin', secret: signingSecret, events: ['message:send'], isAtOnce: true });
	const memory = new Memory();
	const { toleratesRepeats } = moods;
	const scene: Scene = { crisp, line, n8n, toleratesRepeats, random: randomFrom(mix.seed) };
	const troubles = await live(mix, scene, { memory, moods, say });
	await settle(scene);
	testClock.alarm = alarm;
	const counted = await reckon(mix, scene, isAnswered);
	const { failed } = n8n;
	await n8n.close();
	await line.close();
	await crisp.stop();
	const left = await leftSince(before, aftermath);
	process.off('unhandledRejection', note).off('uncaughtException', note);
	return { mix, troubles, moods, ...counted, failed, rejections, left, memory, seconds: (Date.now() - began) / 1_000 };
}

async function changeMoods(crisp: Crisp, moods: RandomMoods, say: (line: string) => void): Promise<void> {
	const values = moods.next();
	say(`moods: ${textOfMoods(values)}`);
	await crisp.setMoods(values);
}

interface Observers {
	memory: Memory;
	moods: RandomMoods;
	say(line: string): void;
}

/** The main phase of the run. Returns how often each fault occurred. */
async function live(mix: Mix, scene: Scene, { memory, moods, say }: Observers) {
	const { crisp, n8n } = scene;
	const end = Date.now() + mix.seconds * 1_000;
	const writing = write(mix, crisp);
	const counts: Record<string, number> = {};
	const trouble = async () => {
		while (Date.now() < end) {
			await delay(scene.random() * 2 * meanPause);
			const { name, strike } = drawn(scene);
			counts[name] = (counts[name] ?? 0) + 1;
			await strike(scene);
		}
	};
	// Has random numbers of its own: the moods of a seed do not depend on how long the faults take.
	const random = randomFrom(mix.seed + 2);
	const change = async () => {
		for (;;) {
			const pause = random() * 2 * meanMood;
			if (Date.now() + pause >= end) return;
			await delay(pause);
			await changeMoods(crisp, moods, say);
		}
	};
	const measure = async () => {
		for (let taken = 1; taken <= samples; taken++) {
			await delay(Math.max(0, end - ((samples - taken) / samples) * mix.seconds * 1_000 - Date.now()));
			memory.sample();
			const heard = mix.messages - n8n.heard.lost(() => 1).length;
			if (taken % 4 === 0) say(`${(taken / samples) * 100}% of the time: n8n received ${heard} messages`);
		}
	};
	await Promise.all([writing, trouble(), change(), measure()]);
	return counts;
}

/** Writes every message at its time, without waiting for earlier ones. */
async function write({ seconds, messages, seed }: Mix, crisp: Crisp): Promise<void> {
	const began = Date.now();
	const random = randomFrom(seed + 1);
	const written: Array<Promise<void>> = [];
	for (let number = 1; number <= messages; number++) {
		const at = began + (number / messages) * seconds * 1_000;
		if (at > Date.now()) await delay(at - Date.now());
		const session = crisp.sessions[Math.floor(random() * crisp.sessions.length)] ?? '';
		written.push(crisp.visitorWrites(session, textOf(number), visitorFingerprints + number));
	}
	await Promise.all(written);
}

/**
 * Ends all faults, keeps the last moods, forces a last catch-up, and waits until everything is done or there is no more progress, which takes
 * a while on a busy machine.
 */
async function settle(scene: Scene): Promise<void> {
	const { crisp, line, n8n } = scene;
	line.heal();
	n8n.calm();
	await crisp.post('faults', { reset: true });
	line.cut();
	const missing = () =>
		[n8n.heard, n8n.hooked].reduce((sum, tally) => sum + tally.lost(() => 1).length, n8n.underWayCount);
	let [least, since] = [missing(), Date.now()];
	while (least > 0 && Date.now() < since + patience) {
		await delay(200);
		if (missing() < least) [least, since] = [missing(), Date.now()];
	}
	await n8n.idle();
	// Duplicates may arrive late.
	line.cut();
	await delay(lateDuplicates);
	await n8n.idle();
}

/** Counts what Crisp stored and what n8n ran. */
async function reckon({ messages }: Mix, { crisp, n8n }: Scene, isAnswered: (number: number) => boolean) {
	const [written, answered] = [new Tally(messages), new Tally(messages)];
	for (const session of crisp.sessions) {
		for (const { from, content } of await crisp.messagesIn(session)) {
			(from === 'user' ? written : answered).note(content);
		}
	}
	const once = () => 1;
	const ways: Array<{ way: string; tally: Tally; expected(number: number): number }> = [
		{ way: 'written', tally: written, expected: once },
		{ way: 'through Crisp Trigger', tally: n8n.heard, expected: once },
		{ way: 'through Crisp Webhook Trigger', tally: n8n.hooked, expected: once },
		{ way: 'answered', tally: answered, expected: (number) => Number(isAnswered(number)) },
	];
	return {
		lost: Object.fromEntries(ways.map(({ way, tally, expected }) => [way, tally.lost(expected)])),
		doubled: Object.fromEntries(ways.map(({ way, tally, expected }) => [way, tally.doubled(expected)])),
	};
}
