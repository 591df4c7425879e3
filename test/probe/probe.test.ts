import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MoodValues } from '../../sandbox';
import { MOODS, type MoodName } from '../../sandbox/moods/moods';
import { HELP_ID, SHOP_ID, UNCONNECTED_ID } from '../../sandbox/state/seed';
import { MOST_REQUESTS, ProbeClient, type Reply } from '../../scripts/probe/client';
import { probe, type Surroundings } from '../../scripts/probe/cli';
import type { Finding } from '../../scripts/probe/findings';
import { FACTS, PLANS, PROBED, QUESTIONS } from '../../scripts/probe/questions';
import { control } from '../sandbox/client';
import { ProbedSandbox } from './probedSandbox';

let opened: ProbedSandbox;

async function open(moods: Partial<MoodValues> = {}): Promise<ProbedSandbox> {
	opened = await ProbedSandbox.open(moods);
	return opened;
}

afterEach(async () => await opened?.close());

const names = Object.keys(MOODS) as MoodName[];
const isProbed = (name: MoodName) => typeof PLANS[name] === 'string';
const probed = names.filter(isProbed);
const rows = probed.flatMap((name) => MOODS[name].values.map((value) => [name, value] as const));

/** With dispatch at once, nothing can be set before a message is stored. */
const needs: Partial<Record<string, Partial<MoodValues>>> = { 'updatedAt=beforeStored': { dispatch: 'delayed' } };

const valuesIn = (findings: Record<string, Finding>) =>
	Object.fromEntries(
		Object.entries(findings).map(([name, finding]) => [
			name,
			finding.result === 'known' ? finding.value : finding.result,
		]),
	);

/** The current values of the moods that the probe can find out. */
const valuesOf = ({ sandbox }: ProbedSandbox) =>
	Object.fromEntries(probed.map((name) => [name, sandbox.moods.get(name)]));

/** All moods at once, each with the value at this index, or its last. */
function combined(index: number): Partial<MoodValues> {
	const entries = names.map((name) => [name, MOODS[name].values[Math.min(index, MOODS[name].values.length - 1)]]);
	return { ...(Object.fromEntries(entries) as Partial<MoodValues>), planQuota: 'none' };
}

it('has a plan for every mood, and for nothing else but the other questions', () => {
	expect([...QUESTIONS].sort()).toEqual([...names, ...Object.keys(FACTS)].sort());
	expect(probed.length).toBeGreaterThan(10);
	for (const name of names.filter((one) => !isProbed(one))) {
		expect(PLANS[name]).toEqual({ notProbed: expect.stringMatching(/\.$/) as string });
	}
});

describe('with --write', () => {
	it.each(rows)('finds out that %s is %s', async (name, value) => {
		const { conversations } = await open({ [name]: value, ...needs[`${name}=${value}`] });
		const before = [...conversations.keys()];
		const { findings, leftover, requests } = await opened.probe();
		expect(findings[name]).toMatchObject({ result: 'known', value });
		expect(valuesIn(findings)).toMatchObject(valuesOf(opened));
		expect([...conversations.keys()]).toEqual(before);
		expect(leftover).toBeUndefined();
		expect(requests).toBe(opened.sandbox.requests.length);
		expect(requests).toBeLessThan(MOST_REQUESTS);
	});

	it.each([0, 1, 2])('finds out all moods at once, each with its value number %i', async (index) => {
		await open(combined(index));
		const { findings } = await opened.probe();
		expect(valuesIn(findings)).toMatchObject(valuesOf(opened));
		for (const name of names.filter((one) => !isProbed(one))) expect(findings[name].result).toBe('not probed');
		expect(valuesIn(findings)).toMatchObject({ websiteReadable: 'yes', fingerprint48: 'accepted' });
	});

	it('writes nothing that a visitor or another conversation could notice', async () => {
		await open();
		const before = structuredClone([...opened.conversations.values()]);
		await opened.probe();
		expect([...opened.conversations.values()]).toEqual(before);
		const written = opened.sandbox.requests.filter(({ method }) => method !== 'GET');
		const created = written.filter(({ method, path }) => method === 'POST' && path.endsWith('/conversation'));
		expect(created).toHaveLength(1);
		const sent = written.map(({ body }) => body as Record<string, unknown>).filter((body) => body?.content);
		expect(sent.length).toBeGreaterThan(40);
		for (const { from, stealth } of sent) expect([from, stealth]).toEqual(['operator', true]);
		expect(sent.filter(({ type }) => type !== 'note')).toHaveLength(1);
		for (const { path } of written) expect(path).not.toMatch(/people/);
	});

	it('writes texts if the plan of the website has no notes', async () => {
		await open();
		opened.sandbox.faults.fail({ match: /POST .*\/message$/, status: 402, reason: 'subscription_upgrade_required' });
		const { findings } = await opened.probe();
		expect(PROBED.filter((name) => findings[name].result !== 'known')).toEqual([]);
	});
});

/** Changes what the probe sees of Crisp's answers. */
function distort(change: (reply: Reply, ...asked: Parameters<ProbeClient['ask']>) => Reply): void {
	const original = ProbeClient.prototype.ask;
	jest.spyOn(ProbeClient.prototype, 'ask').mockImplementation(async function (this: ProbeClient, ...asked) {
		return change(await original.apply(this, asked), ...asked);
	});
}

describe('does not guess', () => {
	afterEach(() => jest.restoreAllMocks());

	const withoutLast = (reply: Reply): Reply => {
		const { data } = reply;
		const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
		return isObject ? { ...reply, data: { ...data, preview_message: undefined } } : reply;
	};

	it.each(MOODS.lookup.values)('when a message is stored, if nothing but a lookup shows it: %s', async (lookup) => {
		await open({ dispatch: 'delayed', lists: 'cached', lookup });
		distort(withoutLast);
		const { findings } = await opened.probe();
		const why = 'A message was found later, and nothing shows when it was stored.';
		expect([findings.dispatch, findings.lookup]).toEqual([
			{ result: 'unknown', why },
			{ result: 'unknown', why },
		]);
		expect(findings.updatedAt.result).toBe('unknown');
		expect(findings.lists).toMatchObject({ value: 'cached' });
	});

	it('and needs no last message if every note is found at once', async () => {
		await open();
		distort(withoutLast);
		const { findings } = await opened.probe();
		expect(findings).toMatchObject({ dispatch: { value: 'atOnce' }, lookup: { value: 'atOnce' } });
	});

	it('from what Crisp answers from its cache', async () => {
		await open({ lookup: 'late' });
		distort((reply) => ({ ...reply, isCached: true }));
		const { findings } = await opened.probe();
		expect(findings.lookup).toMatchObject({ result: 'unknown', why: expect.stringContaining('cache') as string });
	});

	it('if `timestamp_after` includes its time, and `timestamp_before` does not', async () => {
		await open();
		const { moods } = opened.sandbox;
		distort((reply) => {
			const query = opened.sandbox.requests.at(-1)?.query ?? {};
			moods.set({ timestampBounds: query.timestamp_after ? 'exclusive' : 'inclusive' });
			return reply;
		});
		const { findings } = await opened.probe({ mayWrite: false });
		expect(findings.timestampBounds).toMatchObject({
			result: 'unknown',
			why: expect.stringMatching(/^Only /) as string,
		});
	});

	it('if the state does not set `updated_at`, and details do', async () => {
		await open();
		distort((reply, method, path) => {
			if (method === 'PATCH' && path.endsWith('/meta')) opened.sandbox.moods.set({ updatedAt: 'messagesOnly' });
			return reply;
		});
		const { findings } = await opened.probe();
		expect(findings.updatedAt).toEqual({ result: 'unknown', why: 'Of the two changes, only that of details set it.' });
	});

	it('if only some empty texts are refused', async () => {
		await open();
		let changes = 0;
		// The subject, two changes of custom data, reading them, and the name come first.
		distort((reply, _, path) => (path.endsWith('/meta') && ++changes === 6 ? { ...reply, status: 400 } : reply));
		const { findings } = await opened.probe();
		expect(findings.emptyText).toEqual({ result: 'unknown', why: 'Crisp refuses it for email only.' });
	});

	it('if a 48-bit fingerprint is refused, and finds out the rest all the same', async () => {
		await open({ dispatch: 'delayed', sameFingerprint: 'refused' });
		const original = ProbeClient.prototype.ask;
		jest.spyOn(ProbeClient.prototype, 'ask').mockImplementation(async function (this: ProbeClient, ...asked) {
			const [method, , asking] = asked;
			const isOwn = method === 'POST' && Object(asking?.body).content === 'A note with a fingerprint of 48 bits.';
			if (!isOwn) return await original.apply(this, asked);
			return { status: 400, reason: 'invalid_data', data: {}, isCached: false };
		});
		const { findings } = await opened.probe();
		expect(findings).toMatchObject({ fingerprint48: { value: 'refused' }, dispatch: { value: 'delayed' } });
		expect(findings.sameFingerprint).toMatchObject({ value: 'refused' });
	});
});

describe('without --write', () => {
	it.each(rows)('only reads, and never reports another value than %s=%s', async (name, value) => {
		await open({ [name]: value });
		await control(opened.sandbox, '/people', { count: 30 });
		const { findings } = await opened.probe({ mayWrite: false });
		expect(opened.methods).toEqual(['GET']);
		const finding = findings[name];
		expect([value, PLANS[name] === 'write' ? 'not probed' : 'unknown']).toContain(
			finding.result === 'known' ? finding.value : finding.result,
		);
	});

	it('reads all that an existing workspace shows', async () => {
		await open({
			timestampAfter: 'newest',
			messageFields: 'sparse',
			crispFingerprints: 'negative',
			sortField: 'refused',
		});
		await control(opened.sandbox, '/people', { count: 30 });
		const [conversation] = opened.conversations.values();
		if (!conversation) throw new Error('The sandbox has no conversation');
		const body = { website_id: SHOP_ID, session_id: conversation.session_id, text: 'Hello' };
		for (let count = 0; count < 45; count += 1) await control(opened.sandbox, '/visitor/message', body);
		const { findings } = await opened.probe({ mayWrite: false });
		expect(valuesIn(findings)).toMatchObject({
			timestampAfter: 'newest',
			timestampBounds: 'exclusive',
			pageStatus: 'partial',
			pageSize: 'full',
			sortField: 'refused',
			messageFields: 'sparse',
			crispFingerprints: 'negative',
		});
	});

	it('leaves everything open in an empty workspace', async () => {
		await open();
		opened.conversations.clear();
		opened.sandbox.state.websites.get(SHOP_ID)?.people.clear();
		const { findings } = await opened.probe({ mayWrite: false });
		const known = Object.entries(findings).filter(([, { result }]) => result === 'known');
		expect(known.map(([name]) => name).sort()).toEqual(['sortField', 'websiteReadable']);
	});
});

describe('removes the conversation', () => {
	const untouched = async (act: () => Promise<unknown>) => {
		const before = [...opened.conversations.keys()];
		await act();
		expect([...opened.conversations.keys()]).toEqual(before);
		expect(opened.methods).toContain('DELETE');
	};

	it.each([5, 20, 40, 70])('if everything fails after %i requests', async (count) => {
		await open();
		await untouched(async () => {
			let left = Infinity;
			const { sleep } = opened.probeTime;
			opened.probeTime.sleep = async (ms) => {
				await sleep(ms);
				left -= 1;
				if (left === 0) opened.sandbox.faults.fail({ match: /^(GET|POST|PATCH)/, status: 500, times: 1_000 });
			};
			const { leftover } = await opened.probe({ onConversation: () => (left = count) });
			expect(leftover).toBeUndefined();
		});
	});

	it('if the connection breaks three times in a row', async () => {
		await open();
		await untouched(async () => {
			const cut = () => opened.sandbox.faults.cut({ match: /conversation\/session_/, times: 3 });
			const { findings } = await opened.probe({ onConversation: (session) => session && cut() });
			expect(findings.lists).toMatchObject({
				result: 'unknown',
				why: expect.stringContaining('did not answer') as string,
			});
		});
	});

	it.each([1, 2, 3, 5, 8, 13, 21, 60])('on Ctrl-C during wait %i, and sends nothing else then', async (count) => {
		await open();
		await untouched(async () => {
			let left = Infinity;
			let sent = Infinity;
			const { sleep } = opened.probeTime;
			opened.probeTime.sleep = async (ms) => {
				await sleep(ms);
				left -= 1;
				if (left !== 0) return;
				sent = opened.sandbox.requests.length;
				opened.interruption.abort();
			};
			const { findings } = await opened.probe({ onConversation: () => (left = count) });
			expect(opened.sandbox.requests.slice(sent).map(({ method }) => method)).toEqual(['DELETE']);
			expect(findings.timestampAfter).toEqual({ result: 'unknown', why: 'The probe was stopped.' });
		});
	});

	it('or says which one has to be removed by hand', async () => {
		await open();
		const before = opened.conversations.size;
		opened.sandbox.faults.fail({ match: 'DELETE', status: 403, reason: 'not_allowed', times: 9 });
		const { leftover } = await opened.probe();
		expect(opened.conversations.size).toBe(before + 1);
		expect(leftover).toContain([...opened.conversations.keys()].at(-1));
	});
});

describe('ends politely', () => {
	it.each([
		[429, 'rate_limited', 'POST'],
		[420, 'enhance_your_calm', 'POST'],
		[423, 'quota_limit_exceeded', 'POST'],
		[422, 'try_later', 'POST'],
		[423, 'quota_limit_exceeded', /message$/],
	])('at %i %s to %s: one more try, then the rest is unknown', async (status, reason, match) => {
		await open();
		const before = opened.conversations.size;
		opened.sandbox.faults.fail({ match, status, reason, times: 1_000 });
		const begun = opened.time.now;
		const { findings, leftover } = await opened.probe();
		const refused = opened.sandbox.requests.filter((request) => request.status === status);
		expect(refused).toHaveLength(2);
		expect(Number(refused[1]?.at) - Number(refused[0]?.at)).toBeGreaterThanOrEqual(60_000);
		expect(opened.time.now - begun).toBeLessThan(120_000);
		expect(findings.dispatch).toEqual({ result: 'unknown', why: `Rate limited: Crisp answered ${status}.` });
		expect(findings.sortField.result).toBe('known');
		expect(leftover).toBeUndefined();
		expect(opened.conversations.size).toBe(before);
	});

	it('after three waits', async () => {
		await open();
		opened.sandbox.faults.limit({ perSecond: 1 / 60, burst: 4 });
		const begun = opened.time.now;
		const { findings, requests } = await opened.probe({ mayWrite: false });
		expect(opened.time.now - begun).toBeGreaterThan(180_000);
		expect(opened.time.now - begun).toBeLessThan(200_000);
		expect(requests).toBe(4 + 3 * 2 + 1);
		expect(findings.timestampAfter).toEqual({ result: 'unknown', why: 'Rate limited: Crisp answered 429.' });
	});

	it('goes on after one wait if Crisp accepts the request then, and waits as long as Crisp says', async () => {
		await open();
		opened.sandbox.faults.limit({ perSecond: 0.2, burst: 30, retryAfter: 100 });
		const begun = opened.time.now;
		const { findings } = await opened.probe({ mayWrite: false });
		expect(findings.messageFields.result).toBe('known');
		opened.sandbox.faults.limit({ perSecond: 0, burst: 5, retryAfter: 100 });
		await opened.probe({ mayWrite: false });
		expect(opened.time.now - begun).toBeGreaterThan(100_000);
		expect(opened.told.join('\n')).toContain('waiting 100 s');
	});

	it('does not wait for an hour', async () => {
		await open();
		opened.sandbox.faults.limit({ perSecond: 0, burst: 5, retryAfter: 3_600 });
		const begun = opened.time.now;
		await opened.probe();
		expect(opened.time.now - begun).toBeLessThan(60_000);
	});

	it.each(MOODS.planQuota.values)('with the plan %s', async (planQuota) => {
		await open({ planQuota });
		const before = opened.conversations.size;
		const { findings } = await opened.probe();
		expect(PROBED.filter((name) => findings[name].result !== 'known')).toEqual([]);
		expect(opened.conversations.size).toBe(before);
	});

	it('never sends more requests than it says, also if nothing can be decided', async () => {
		await open({ lookup: 'late', dispatch: 'delayed', pageSize: 'short' });
		opened.sandbox.faults.fail({ match: /GET .*\/message\//, status: 404, times: 1_000 });
		const { requests } = await opened.probe();
		expect(requests).toBeLessThanOrEqual(MOST_REQUESTS);
	});
});

describe('the command', () => {
	const said: string[] = [];
	const folder = mkdtempSync(join(tmpdir(), 'probe-'));
	const file = join(folder, 'result.json');
	afterAll(() => rmSync(folder, { recursive: true }));
	beforeEach(() => (said.length = 0));

	/** Runs the command with the sandbox's plugin token; returns its exit code. */
	async function run(args: string[], more: Partial<Surroundings> = {}): Promise<number> {
		const { identifier, key } = opened.sandbox.tokens.plugin;
		return await probe(args, {
			environment: { CRISP_IDENTIFIER: identifier, CRISP_KEY: key },
			ask: undefined,
			time: opened.probeTime,
			signal: opened.interruption.signal,
			print: (text) => said.push(text),
			tell: (text) => said.push(text),
			onConversation: () => undefined,
			...more,
		});
	}

	const target = (...more: string[]) => [
		...['--tier', 'plugin', '--website', SHOP_ID, '--url', `${opened.sandbox.url}/v1`],
		...more,
	];

	/** Every text of at least four letters, and every ID and number of at least six digits, in a workspace. */
	function secretsOf({ sandbox }: ProbedSandbox): string[] {
		const texts: string[] = Object.values(sandbox.tokens).flatMap(({ identifier, key }) => [identifier, key]);
		const gather = (value: unknown): void => {
			if (typeof value === 'string' && value.length >= 4) texts.push(value);
			else if (typeof value === 'number' && Math.abs(value) >= 100_000) texts.push(String(value));
			else if (value instanceof Map) for (const one of value.values()) gather(one);
			else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) gather(one);
		};
		for (const website of sandbox.state.websites.values()) {
			gather([website.website_id, website.name, website.conversations, website.people, website.operators]);
		}
		// A single lower-case word, such as a segment, may be a word of the report, too.
		return [...new Set(texts)].filter((text) => !/^[a-z]+$/.test(text));
	}

	it.each([[[]], [['--write']]])('prints and saves a result without data of the workspace: %j', async (more) => {
		await open({ pageStatus: 'alwaysOk' });
		expect(await run(target(...more, '--json', file))).toBe(0);
		const saved = readFileSync(file, 'utf8');
		const report = JSON.parse(saved) as { moods: Record<string, Finding>; facts: object };
		expect(Object.keys(report.moods)).toEqual(names);
		expect(Object.keys(report.facts)).toEqual(Object.keys(FACTS));
		for (const name of QUESTIONS) expect(said.join('\n')).toContain(name);
		if (more.length > 0) expect(report.moods.pageStatus).toMatchObject({ result: 'known', value: 'alwaysOk' });
		const all = said.join('\n') + saved;
		const created = opened.sandbox.requests.map(({ path }) => /session_[\w-]+/.exec(path)?.[0] ?? '').filter(Boolean);
		const secrets = [...secretsOf(opened), ...created, '127.0.0.1'];
		expect(secrets.length).toBeGreaterThan(100);
		expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
	});

	const wrong: Array<[string, () => string[], Partial<Surroundings>, RegExp]> = [
		[
			'an unknown option',
			() => target('--key', 'a-secret'),
			{},
			/^One of the options is unknown\. The options are --tier, /,
		],
		['an argument', () => target('a-secret'), {}, /^One of the arguments belongs to no option\./],
		['an option without its value', () => ['--tier'], {}, /^One of the options lacks its value/],
		['no tier', () => ['--website', SHOP_ID], {}, /^--tier says what kind/],
		['no website', () => ['--tier', 'plugin'], {}, /^--website needs the ID/],
		[
			'an insecure address',
			() => target('--url', 'http://example.org/v1'),
			{},
			/^--url needs an address that starts with https/,
		],
		[
			'a folder that does not exist',
			() => target('--json', '/no/such/folder/a'),
			{},
			/^--json needs the name of a file/,
		],
		['no token', () => target(), { environment: {} }, /^There is no token: set CRISP_IDENTIFIER/],
		[
			'a wrong key',
			() => target(),
			{ environment: { CRISP_IDENTIFIER: 'a', CRISP_KEY: 'a-secret' } },
			/^Crisp refuses the token \(401\)/,
		],
		[
			'a website without the plugin',
			() => target('--website', UNCONNECTED_ID),
			{},
			/^The plugin of this token is not installed/,
		],
		['an unknown website', () => target('--website', HELP_ID.replace(/.$/, 'f')), {}, /^Crisp knows no such website/],
		['another address', () => target('--url', opened.sandbox.url), {}, /^Crisp knows no such website or route \(404\)/],
		[
			'no network',
			() => target('--url', 'http://127.0.0.1:9/v1'),
			{},
			/^Crisp cannot be reached at http:\/\/127\.0\.0\.1:9\/v1 \(ECONNREFUSED\)/,
		],
	];

	it.each(wrong)('says what is wrong in one line: %s', async (_, args, more, text) => {
		await open();
		expect(await run(args(), more)).toBe(1);
		expect(said).toHaveLength(1);
		expect(said[0]).toMatch(text);
		expect(said[0]).not.toMatch(/a-secret|\n/);
	});

	it('says so if a website token is of another website', async () => {
		await open();
		const { identifier, key } = opened.sandbox.tokens.website;
		const environment = { CRISP_IDENTIFIER: identifier, CRISP_KEY: key };
		expect(await run(target('--tier', 'website', '--website', HELP_ID), { environment })).toBe(1);
		expect(said[0]).toMatch(/^The token may not read the conversations of this website \(403\)/);
	});

	it('does not follow a redirection with the key', async () => {
		await open();
		const server = createServer((_, response) => {
			response.writeHead(302, { Location: `${opened.sandbox.url}/v1/website/${SHOP_ID}/conversations/1` }).end();
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		expect(await run(target('--url', `http://127.0.0.1:${port}/v1`))).toBe(1);
		server.close();
		expect(said[0]).toMatch(/^The server redirects \(302\)/);
		expect(opened.sandbox.requests).toEqual([]);
	});

	it('asks for a token that is not in the environment', async () => {
		await open();
		const { identifier, key } = opened.sandbox.tokens.plugin;
		const answers = [identifier, key];
		const ask = async () => await Promise.resolve(answers.shift() ?? '');
		expect(await run(target(), { environment: {}, ask })).toBe(0);
	});

	it('ends with 130 after Ctrl-C, and with 1 if the conversation is still there', async () => {
		await open();
		const onConversation = (session: string | undefined) => session && opened.interruption.abort();
		expect(await run(target('--write'), { onConversation })).toBe(130);
		await opened.close();
		await open();
		opened.sandbox.faults.fail({ match: 'DELETE', status: 500, times: 9 });
		expect(await run(target('--write', '--json', file))).toBe(1);
		expect(said.at(-1)).toMatch(/^The conversation session_.* could not be removed: remove it in Crisp/);
		expect(readFileSync(file, 'utf8')).not.toContain('session_');
	});

	it('shows how it is used', async () => {
		await open();
		expect(await run(['--help'])).toBe(0);
		expect(said[0]).toMatch(/^npm run probe -- /);
	});
});
