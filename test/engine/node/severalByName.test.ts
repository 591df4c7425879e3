import type { IDataObject } from 'n8n-workflow';
import { execute, loadInCrisp } from '../../support/n8nContext';
import { conversation, credentialFor, help, locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const left = 'a4c32c68-0000-4000-8000-000000000000';

describe('the lists in which several are chosen', () => {
	it('have operators by name and email', async () => {
		const listed = await loadInCrisp('getOperators', credentialFor(sandbox.current));
		expect(listed.find(({ value }) => value === operator)?.name).toMatch(/^\S+ \S+ \(\S+@\S+\)$/);
		expect(new Set(listed.map(({ value }) => value)).size).toBe(listed.length);
	});

	it.each(['getTeams', 'getPersonSegments', 'getConversationSegments'] as const)('%s: have names', async (method) => {
		const listed = await loadInCrisp(method, credentialFor(sandbox.current));
		expect(listed.length).toBeGreaterThan(0);
		for (const { name } of listed) expect(name).not.toMatch(/undefined|null|\[object/);
	});

	it('are those of the website that is chosen, else of the default website', async () => {
		const credential = credentialFor(sandbox.current, 'plugin');
		const pathFor = async (parameters = {}) => {
			await loadInCrisp('getOperators', credential, parameters);
			return sandbox.current.requests.at(-1)?.path;
		};
		expect(await pathFor({ websiteId: locator(help) })).toBe(`/v1/website/${help}/operators/list`);
		expect(await pathFor()).toBe(`/v1/website/${shop}/operators/list`);
		expect(await pathFor({ websiteId: locator('={{ $json.website_id }}') })).toBe(`/v1/website/${shop}/operators/list`);
	});

	it('say why, if the token may not read them; IDs still work', async () => {
		const credential = credentialFor(sandbox.current);
		sandbox.current.faults.fail({ match: 'operators/list', status: 403, reason: 'not_allowed', times: 9 });
		await expect(loadInCrisp('getOperators', credential)).rejects.toThrow(/not_allowed/);
		expect(await mentionsSent(`={{ '${operator}' }}`)).toEqual([operator]);
	});
});

async function run(parameters: IDataObject) {
	return await execute({
		credential: credentialFor(sandbox.current),
		parameters: { sessionId: locator(conversation), ...parameters } as never,
	});
}

async function mentionsSent(mentions: unknown): Promise<unknown> {
	const parameters = { resource: 'message', operation: 'send', type: 'note', contentText: 'Look', content: 'Look' };
	const [item] = await run({ ...parameters, additionalFields: { mentions } as IDataObject });
	expect(item?.pairedItem).toEqual({ item: 0 });
	return (sandbox.current.requests.at(-1)?.body as IDataObject).mentions;
}

describe('operators', () => {
	it('are taken as the list gives them; one that left is sent, too, and not dropped', async () => {
		expect(await mentionsSent([operator, left])).toEqual([operator, left]);
	});

	it('are taken from expressions: arrays, JSON texts, texts with commas', async () => {
		for (const given of [`={{ ['${operator}'] }}`, `={{ '["${operator}"]' }}`, `={{ '${operator}, ${operator}' }}`]) {
			expect(await mentionsSent(given)).toEqual([operator]);
		}
	});

	it('are looked up by email, and one that is unknown is named', async () => {
		const listed = await loadInCrisp('getOperators', credentialFor(sandbox.current));
		const email = /\((.*)\)/.exec(listed.find(({ value }) => value === operator)?.name ?? '')?.[1];
		expect(await mentionsSent(`={{ '${left}, ${email?.toUpperCase()}' }}`)).toEqual([left, operator]);
		await expect(mentionsSent('={{ "zoe@example.org" }}')).rejects.toThrow(
			`'Mentioned Operators': no operator of this website has the email "zoe@example.org"`,
		);
	});
});

describe('segments', () => {
	const update = { resource: 'conversation', operation: 'updateMeta' };
	const sent = () => (sandbox.current.requests.at(-1)?.body as IDataObject).segments;

	it('that are chosen and that are new are sent together', async () => {
		const [item] = await run({ ...update, updateFields: { segments: ['vip', 'a, b'], newSegments: 'gold, vip' } });
		expect(sent()).toEqual(['vip', 'a, b', 'gold']);
		expect(item?.pairedItem).toEqual({ item: 0 });
	});

	it('that are only new, or only chosen, are enough where segments are added', async () => {
		const add = { resource: 'conversation', operation: 'addSegments' };
		await run({ ...update, updateFields: { segments: ['one'] } });
		const [added] = await run({ ...add, segments: [], newSegments: 'two' });
		expect(added).toMatchObject({ json: { segments: ['one', 'two'], changed: true }, pairedItem: { item: 0 } });
		const [again] = await run({ ...add, segments: ['one', 'three'], newSegments: '' });
		expect(again?.json).toMatchObject({ segments: ['one', 'two', 'three'] });
	});

	it.each([
		[{ resource: 'conversation', operation: 'addSegments' }, 'Segments to Add'],
		[{ resource: 'batch', operation: 'addSegments', sessions: conversation }, 'Segments'],
	])('of which there are none are refused: %j', async (parameters, label) => {
		const before = sandbox.current.requests.length;
		await expect(run({ ...parameters, segments: [], newSegments: ' ' })).rejects.toThrow(
			`'${label}' and 'New Segments' are empty`,
		);
		expect(sandbox.current.requests.length).toBe(before);
	});

	it('that are left empty remove none', async () => {
		const options = { clearEmpty: true };
		await run({ ...update, options, updateFields: { segments: ['vip'], newSegments: '' } });
		expect(sent()).toEqual(['vip']);
		await run({ ...update, options, updateFields: { subject: 'Tea', newSegments: '' } });
		expect(sandbox.current.requests.at(-1)?.body).toEqual({ subject: 'Tea' });
		await run({ ...update, options, updateFields: { segments: [], newSegments: 'gold' } });
		expect(sent()).toEqual(['gold']);
	});
});
