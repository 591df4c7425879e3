import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from '../../../nodes/CrispWebhookTrigger/answers';
import { triggerContext } from '../../support/n8nContext';
import { help, shop } from '../../support/sandboxWorkspace';
import { testClock } from '../../support/testClock';
import {
	callHook,
	hookEvent,
	hookSecret,
	HookedWorkflows,
	signingSecret,
	type HookCall,
	type Hooking,
} from '../../support/webhookRequests';

const workflows = HookedWorkflows.use();

const now = 1_800_000_000_000;
const hour = 3_600_000;
const day = 24 * hour;

interface Case {
	/** What the request is. */
	title: string;
	call?: HookCall;
	hooking?: Hooking;
	/** How often it is sent before. */
	before?: number;
	/** Whether n8n is still starting an execution for the same event. */
	isStarting?: boolean;
	status: number;
	/** Empty: the workflow starts. */
	reason: string;
	/** What n8n's log says; it says nothing by default. */
	log?: RegExp;
}

const refused = (reason: string) =>
	new RegExp(`A request was refused: (it|its|the) [^_]* \\(${reason}\\)\\. .*'(Signing Secret|Webhook Key|Hook)'`);
const unset = { credential: { signingSecret: ' ', hookSecret: '' } };
const locked = () => {
	throw new Error('the database does not respond');
};
const key = `?key=${encodeURIComponent(hookSecret)}`;
const body = (more: object) => JSON.stringify(hookEvent(more));
const sentAt = (timestamp: number | string) => ({ timestamp });
const clock = /of 1 day ago was ignored\. Correct the clock of this machine \(2027-01-15T08:00:00\.000Z\)/;
const unreadable = /contains no event that this node can read/;
const timeless = /^.*'X-Crisp-Request-Timestamp' of a signed request is not a time\./;

const signed: Case[] = [
	{ title: 'is signed', status: 200, reason: '' },
	{ title: 'is signed with a time in seconds', call: sentAt(now / 1_000), status: 200, reason: '' },
	{ title: 'is six minutes old, as a retry', call: sentAt(now - hour / 10), status: 200, reason: '' },
	{ title: 'is a day old, as the last retry', call: sentAt(now - day), status: 200, reason: '' },
	{ title: 'is a day old in seconds', call: sentAt((now - day) / 1_000), status: 200, reason: '' },
	{ title: 'is older than a day', call: sentAt(now - day - 1), status: 200, reason: 'too_old', log: clock },
	{
		title: 'is older than a day in seconds',
		call: sentAt((now - day) / 1_000 - 1),
		status: 200,
		reason: 'too_old',
		log: clock,
	},
	{ title: 'is an hour ahead', call: sentAt(now + hour), status: 200, reason: '' },
	{ title: 'is years ahead', call: sentAt(now * 2), status: 200, reason: '' },
	{ title: 'has a time that is a word', call: sentAt('soon'), status: 200, reason: '', log: timeless },
	{ title: 'has an empty time', call: sentAt(''), status: 200, reason: '', log: timeless },
	{
		title: 'is signed with another secret',
		call: { secret: 'guessed' },
		status: 401,
		reason: 'signature_wrong',
		log: refused('signature_wrong'),
	},
	{
		title: 'is old and signed with another secret',
		call: { ...sentAt(now - 2 * day), secret: 'guessed' },
		status: 401,
		reason: 'signature_wrong',
		log: refused('signature_wrong'),
	},
	{
		title: 'is signed with another secret, and no event',
		call: { secret: 'guessed', body: '{' },
		status: 401,
		reason: 'signature_wrong',
		log: refused('signature_wrong'),
	},
	{
		title: 'has an empty signature',
		call: { headers: { 'X-Crisp-Signature': '' } },
		status: 401,
		reason: 'signature_wrong',
		log: refused('signature_wrong'),
	},
	{
		title: 'has no signature, but the key of a website hook',
		call: { query: key, headers: { 'X-Crisp-Signature': undefined } },
		status: 401,
		reason: 'signature_missing',
		log: refused('signature_missing'),
	},
	{
		title: 'has no timestamp',
		call: { headers: { 'X-Crisp-Request-Timestamp': undefined } },
		status: 401,
		reason: 'signature_missing',
		log: refused('signature_missing'),
	},
	{
		title: 'arrives while the credential has no secret',
		hooking: unset,
		status: 401,
		reason: 'signing_secret_not_set',
		log: refused('signing_secret_not_set'),
	},
	{
		title: 'is signed with an empty secret, while the credential has none',
		call: { secret: '' },
		hooking: unset,
		status: 401,
		reason: 'signing_secret_not_set',
		log: refused('signing_secret_not_set'),
	},
];

const withKey: Case[] = [
	{ title: 'has the key', call: { query: key }, status: 200, reason: '' },
	{ title: 'has the key, and any time', call: { query: key, ...sentAt(0) }, status: 200, reason: '' },
	{ title: 'is signed, but has no key', status: 401, reason: 'key_missing', log: refused('key_missing') },
	{
		title: 'has two keys',
		call: { query: `${key}&key=guessed` },
		status: 401,
		reason: 'key_missing',
		log: refused('key_missing'),
	},
	{
		title: 'has another key',
		call: { query: '?key=guessed' },
		status: 401,
		reason: 'key_wrong',
		log: refused('key_wrong'),
	},
	{ title: 'has an empty key', call: { query: '?key=' }, status: 401, reason: 'key_wrong', log: refused('key_wrong') },
	{
		title: 'has an empty key, while the credential has none',
		call: { query: '?key=' },
		hooking: unset,
		status: 401,
		reason: 'webhook_key_not_set',
		log: refused('webhook_key_not_set'),
	},
];

/** An execution that n8n is starting until `end` is called. */
function starting() {
	let begin = () => {};
	let end = () => {};
	const begun = new Promise<void>((resolve) => (begin = resolve));
	const ended = new Promise<void>((resolve) => (end = resolve));
	const isRefused = async () => {
		begin();
		await ended;
		return false;
	};
	return { begun, isRefused, end: () => end() };
}

/** What is the same for both kinds of hooks. */
const verified: Case[] = [
	{ title: 'is no JSON', call: { body: '{"event":' }, status: 200, reason: 'not_an_event', log: unreadable },
	{ title: 'has no event', call: { body: body({ event: 1 }) }, status: 200, reason: 'not_an_event', log: unreadable },
	{
		title: 'has 501 levels',
		call: { body: `{"event":"session:set_state","data":{"a":${'['.repeat(501)}${']'.repeat(501)}}}` },
		status: 200,
		reason: 'not_an_event',
		log: unreadable,
	},
	{ title: 'has an unknown event', call: { body: body({ event: 'a:b' }) }, status: 200, reason: 'not_chosen' },
	{ title: 'was not chosen', call: { body: body({ event: 'session:removed' }) }, status: 200, reason: 'not_chosen' },
	{
		title: 'is of another website',
		call: { body: body({ website_id: help, data: {} }) },
		hooking: { websiteIds: [shop] },
		status: 200,
		reason: 'not_chosen',
	},
	{ title: 'came before', before: 1, status: 200, reason: 'known' },
	{
		title: 'comes again while n8n is still starting the execution',
		isStarting: true,
		status: 503,
		reason: 'starting',
		log: /has not yet started the execution for an earlier delivery of the same event\..* status 503/,
	},
	{
		title: 'arrives while the credential cannot be loaded',
		hooking: { onCredential: locked },
		status: 503,
		reason: 'credential_unavailable',
		log: /The credential could not be loaded \(the database does not respond\)\. .* status 503/,
	},
];

const all: Array<[NonNullable<Hooking['kind']>, string, Case]> = [
	...[...signed, ...verified].map((one): [Hooking['kind'] & string, string, Case] => ['plugin', one.title, one]),
	...[...withKey, ...verified.map((one) => ({ ...one, call: { query: key, ...one.call } }))].map(
		(one): [Hooking['kind'] & string, string, Case] => ['website', one.title, one],
	),
];

describe('a request', () => {
	const { logger } = triggerContext({ credential: {} as never, parameters: {} }).context;
	const original = { ...testClock };
	let warn: jest.SpyInstance;

	beforeEach(() => {
		testClock.now = () => now;
		testClock.sleep = async () => await Promise.resolve();
		warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
	});
	afterEach(() => {
		Object.assign(testClock, original);
		warn.mockRestore();
	});

	it.each(all)(
		'of a %s hook that %s is answered as decided',
		async (kind, _, { call, hooking, before = 0, isStarting, ...one }) => {
			const first = starting();
			const isRefused = isStarting ? first.isRefused : undefined;
			const hooked = await workflows.serve(['session:set_state'], { kind, isRefused, ...hooking });
			const request = { timestamp: now, ...call };
			const begun = isStarting && callHook(hooked.url, request);
			if (begun) await first.begun;
			for (let time = 0; time < before; time++) await callHook(hooked.url, request);
			const starts = before + (one.reason === '' ? 1 : 0);
			expect(await callHook(hooked.url, request)).toEqual({ status: one.status, reason: one.reason });
			expect(hooked.executions).toHaveLength(starts);
			expect(hooked.errors).toEqual([]);
			const logged = warn.mock.calls.map(([text]) => String(text));
			expect(logged).toEqual(one.log ? [expect.stringMatching(one.log)] : []);
			expect(logged.join()).not.toMatch(new RegExp(`${signingSecret}|${hookSecret}`));
			first.end();
			if (begun) expect(await begun).toEqual({ status: 200, reason: '' });
		},
	);

	it('of every reason is in this table', () => {
		const told = new Set(all.map(([, , { reason }]) => reason).filter((reason) => reason !== ''));
		expect([...told].sort()).toEqual(Object.keys(answers).sort());
	});

	it('is answered as the table of the decision says', () => {
		const page = readFileSync(join(__dirname, '../../../docs/decisions/0009-webhook-answers.md'), 'utf8');
		const rows = [...page.matchAll(/^\|[^|]+\| (\d{3}) +\| `(\w+)` +\|/gm)].map(([, status, reason]) => [
			reason,
			Number(status),
		]);
		expect(rows).toHaveLength(Object.keys(answers).length);
		expect(Object.fromEntries(rows)).toEqual(
			Object.fromEntries(Object.entries(answers).map(([reason, { status }]) => [reason, status])),
		);
	});

	it('that is too old is logged at most once an hour', async () => {
		const { url } = await workflows.serve(['session:set_state']);
		for (let minutes = 0; minutes <= 60; minutes += 10) {
			testClock.now = () => now + minutes * 60_000;
			await callHook(url, { timestamp: now - day - 1 });
		}
		expect(warn).toHaveBeenCalledTimes(2);
	});

	it('is never answered with anything but 200 because of the clock of this machine', async () => {
		const { url } = await workflows.serve(['session:set_state']);
		for (const wrong of [0, now - 2 * day, now - hour, now + hour, now + 2 * day, now * 3]) {
			testClock.now = () => wrong;
			expect((await callHook(url, { timestamp: now })).status).toBe(200);
		}
	});

	it('starts the workflow after the credential could be loaded again', async () => {
		let isLocked = true;
		const hooked = await workflows.serve(['session:set_state'], { onCredential: () => isLocked && locked() });
		expect((await callHook(hooked.url, { timestamp: now })).status).toBe(503);
		isLocked = false;
		expect(await callHook(hooked.url, { timestamp: now })).toEqual({ status: 200, reason: '' });
		expect(hooked.executions).toHaveLength(1);
	});
});

describe('a test in the editor', () => {
	it.each([
		['plugin', "'Signing Secret' of the credential is empty", /into 'Signing Secret' of the credential/],
		['website', "'Webhook Key' of the credential is empty", /Set 'Webhook Key' of the credential/],
	] as const)('shows what the credential lacks for a %s hook', async (kind, message, cure) => {
		const { url, executions, errors } = await workflows.serve(['session:set_state'], {
			kind,
			...unset,
			mode: 'manual',
		});
		expect((await callHook(url)).status).toBe(500);
		expect(executions).toEqual([]);
		expect(errors).toEqual([expect.objectContaining({ message, description: expect.stringMatching(cure) as string })]);
	});

	it('shows why the credential cannot be loaded', async () => {
		const hooked = await workflows.serve(['session:set_state'], { onCredential: locked, mode: 'manual' });
		expect((await callHook(hooked.url)).status).toBe(500);
		expect(hooked.errors.map(({ message }) => message)).toEqual(['the database does not respond']);
	});

	it('keeps waiting after a request with another signature', async () => {
		const hooked = await workflows.serve(['session:set_state'], { mode: 'manual' });
		expect(await callHook(hooked.url, { secret: 'guessed' })).toEqual({ status: 401, reason: 'signature_wrong' });
		expect((await callHook(hooked.url)).reason).toBe('');
		expect([hooked.errors.length, hooked.executions.length]).toEqual([0, 1]);
	});
});
