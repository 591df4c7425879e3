import type { INodeParameters } from 'n8n-workflow';
import { composing, pairsOf } from '../../support/composedOperations';
import { conversation as session, locator, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, failure, asked, conversation, website } = composing(sandbox);

const creating = (additionalFields: INodeParameters): INodeParameters => ({
	resource: 'conversation',
	operation: 'createWithMessage',
	from: 'user',
	content: 'Hello',
	additionalFields,
});
const saving = (email: string, additionalFields: INodeParameters): INodeParameters => ({
	...{ resource: 'person', operation: 'upsert', email },
	additionalFields,
});
const sendingFile = (more: INodeParameters): INodeParameters => ({
	...{ resource: 'message', operation: 'sendFile', sessionId: locator(session), source: 'url' },
	url: 'https://files.example/invoice.pdf',
	additionalFields: more,
});
const operatorEmail = locator('ines@thistle-tea.example', 'email');

describe('what can be checked is checked before the first request of an item', () => {
	it.each<[string, INodeParameters, RegExp]>([
		['an email of a new conversation', creating({ email: 'Nathan' }), /^'Email' is not an email address: "Nathan"/],
		[
			'a key of its custom data',
			creating({ data: pairsOf({ 'Order ID': '7' }) }),
			/^A key of 'Custom Data' .*"Order ID"/,
		],
		['its device', creating({ device: '"phone"' }), /^'Device' is not an object: "phone"/],
		['its state', creating({ state: 'done' }), /^'State' cannot be "done"/],
		['its segments', creating({ segments: '={{ [{}] }}' }), /^An entry of 'Segments'/],
		[
			'its data, although an operator has to be looked up',
			creating({ assignedUserId: operatorEmail, data: pairsOf({ A: '1' }) }),
			/^A key of 'Custom Data' .*"A"/,
		],
		['an email of a person', saving('Nathan', {}), /^'Email' is not an email address/],
		['data of a person', saving('a@b.example', { data: pairsOf({ a: '1', 'a ': '2' }) }), /occurs twice: "a"/],
		['the time of a person', saving('a@b.example', { active: 'today' }), /^'Last Active' is not a date/],
		['the media type of a linked file', sendingFile({ type: 'pdf' }), /^'MIME Type' is not a media type: "pdf"/],
		[
			'the size of a download',
			{
				...{ resource: 'message', operation: 'downloadFile', source: 'message' },
				...{ sessionId: locator(session), fingerprint: '1', additionalFields: { maxSize: -1 } },
			},
			/^'Max Size \(MB\)' is not a size: -1/,
		],
		[
			'the limit of a list, although an operator has to be looked up',
			{
				...{ resource: 'conversation', operation: 'getAllAwaiting', returnAll: false, limit: 0 },
				filters: { assignedTo: operatorEmail },
			},
			/^'Limit' is not a number of results: 0/,
		],
	])('%s', async (_, parameters, message) => {
		const requests = await asked(async () => {
			const error = await failure(parameters);
			expect(error.message).toMatch(message);
			expect(error.context.itemIndex).toBe(0);
		});
		expect(requests).toEqual([]);
	});
});

/** The option with which empty values empty fields of what is there. */
const clearing: INodeParameters = { options: { clearEmpty: true } };

describe('empty texts', () => {
	it('are left out of what is created', async () => {
		const empty = { nickname: '', email: ' ', phone: '\u00a0', subject: '', userNickname: '' };
		const [made] = await run(creating({ ...empty, data: pairsOf({ plan: '', seats: '3' }) }));
		const bodies = sandbox.current.requests.slice(-2).map(({ body }) => body);
		expect(bodies).toEqual([
			{ data: { seats: '3' } },
			expect.not.objectContaining({ user: expect.anything() as unknown }),
		]);
		expect(conversation(made?.json.session_id).meta.data).toEqual({ seats: '3' });
		const nothing = creating({ ...empty, data: pairsOf({ plan: '' }) });
		expect(await asked(async () => await run(nothing))).toEqual(['POST conversation', 'POST message']);
	});

	it('are left out of a new person, and empty one who exists only with "Clear Empty Fields"', async () => {
		const full = { data: pairsOf({ plan: 'gold', seats: '3' }), personPhone: '1', companyTags: 'a', segments: {} };
		const empty = { data: pairsOf({ plan: '', seats: '3' }), personPhone: '', companyTags: '', segments: {} };
		const person = () => [...website().people.values()].find(({ email }) => email === 'empty@example.org');
		await run({ ...saving('empty@example.org', { ...empty, personNickname: '' }), ...clearing });
		expect(person()).toMatchObject({ data: { seats: '3' }, person: { nickname: 'empty' } });
		expect(person()?.person).not.toHaveProperty('phone');
		await run(saving('empty@example.org', full));
		await run(saving('empty@example.org', empty));
		expect(person()).toMatchObject({
			data: { plan: 'gold', seats: '3' },
			person: { phone: '1' },
			company: { tags: ['a'] },
		});
		await run({ ...saving('empty@example.org', empty), ...clearing });
		expect(person()).toMatchObject({ data: { plan: '', seats: '3' }, person: { phone: '' }, company: { tags: [] } });
	});

	const updating = (updateFields: INodeParameters): INodeParameters => ({
		...{ resource: 'conversation', operation: 'updateMeta', sessionId: locator(session) },
		updateFields,
		...clearing,
	});

	it('in a request that Crisp refuses are named by their labels, with how to leave them out', async () => {
		sandbox.current.faults.fail({ status: 400, reason: 'invalid_data', match: /PATCH .*meta/ });
		const fields = { nickname: '', phone: '={{ $json.phone }}', subject: 'Tea', data: pairsOf({ plan: '' }) };
		const error = await failure(updating(fields), { items: [{ phone: '' }] });
		expect(error.message).toMatch(/^Crisp rejected a value of this request \(invalid_data.*\)\. Sent as empty text: /);
		expect(error.message).toContain("Sent as empty text: 'Name', 'Phone', 'Custom Data' (plan)");
		expect(error.description).toContain("does not accept an empty text in 'Name', 'Phone'");
		expect(error.description).toContain("remove it from 'Update Fields'");
		expect(error.description).toContain('The request was PATCH');
		expect(error).toMatchObject({ httpCode: '400', context: { itemIndex: 0 } });
		expect(error.constructor.name).toBe('NodeApiError');
	});

	it('in a row of the table are named, too', async () => {
		const [person] = [...website().people.values()];
		sandbox.current.faults.fail({ status: 400, reason: 'invalid_data', match: /PATCH .*people\/profile/ });
		const parameters: INodeParameters = {
			...{ resource: 'person', operation: 'update', peopleId: locator(person?.people_id ?? '') },
			updateFields: { personPhone: '', personNickname: 'Nathan' },
			...clearing,
		};
		const error = await failure(parameters);
		expect(error.message).toMatch(/ \(invalid_data\b.*\)\. Sent as empty text: 'Phone'$/);
		expect(error.httpCode).toBe('400');
	});

	it('in a step of several are named, too', async () => {
		await run(saving('steps@example.org', {}));
		sandbox.current.faults.fail({ status: 400, reason: 'invalid_data', match: /PATCH .*people\/data/ });
		const error = await failure({ ...saving('steps@example.org', { data: pairsOf({ plan: '' }) }), ...clearing });
		expect(error.message).toContain("Retry On Fail continues from there. Sent as empty text: 'Custom Data' (plan)");
	});

	it.each([
		['no text is empty', { nickname: 'Nathan' }, { status: 400, reason: 'invalid_data' }],
		['Crisp refuses it for another reason', { nickname: '' }, { status: 403, reason: 'not_allowed' }],
	])('are not mentioned if %s', async (_, fields, fault) => {
		sandbox.current.faults.fail({ ...fault, match: /PATCH .*meta/ });
		const error = await failure(updating(fields));
		expect(error.message).not.toContain('empty');
	});

	it('leave fields as they are, and empty them with "Clear Empty Fields" of the item', async () => {
		sandbox.current.faults.reset();
		await run(updating({ subject: 'Tea' }));
		const blank = { ...updating({ subject: '', phone: ' ' }), options: { clearEmpty: '={{ $json.clear }}' } };
		const unchanged = await asked(async () => {
			for (const clear of [false, 'FALSE', '', null]) {
				const error = await failure(blank, { items: [{ clear }] });
				expect(error.message).toBe('There is nothing to update');
				expect(error.description).toContain("switch on 'Clear Empty Fields'");
			}
			const error = await failure(blank, { items: [{ clear: 'perhaps' }] });
			expect(error.message).toBe(`'Clear Empty Fields' is neither true nor false: "perhaps"`);
		});
		expect(unchanged).toEqual([]);
		await run(blank, { items: [{ clear: 'TRUE' }] });
		expect(sandbox.current.requests.at(-1)?.body).toEqual({ subject: '', phone: '' });
	});

	it('for which an expression returns null are left out', async () => {
		await run(updating({ nickname: '={{ $json.name || null }}', subject: 'Tea' }), { items: [{ name: '' }] });
		expect(sandbox.current.requests.at(-1)?.body).toEqual({ subject: 'Tea' });
	});
});

describe('a value that Crisp refuses', () => {
	const sending = {
		...{ resource: 'message', operation: 'send', sessionId: locator(session) },
		type: 'text',
		content: 'Hi',
	};

	it('is named by the label of its field, which Crisp does not know', async () => {
		const additionalFields = { properties: pairsOf({ order_id: '7' }) };
		const error = await failure({ ...sending, additionalFields });
		expect(error.message).toMatch(/^Crisp rejected a value of this request \(invalid_data: properties/);
		expect(error.description).toMatch(/^Check 'Properties', and that expressions have a value for this item\./);
	});
});
