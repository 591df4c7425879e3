import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { composing, named } from '../../support/composedOperations';
import { locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, json, failure, asked, conversation, newConversation, personWith } = composing(sandbox);

const changing = (resource: string, operation: string, target: INodeParameters) => ({
	resource,
	operation,
	segments: named('={{ $json.segment }}'),
	...target,
});

interface Bearer {
	resource: string;
	/** The parameters that name the resource, the IDs in the output, its segments, and where they are written. */
	make(segments: string[]): Promise<{ target: INodeParameters; ids: IDataObject; has(): string[] }>;
	part: string;
}

let people = 0;

const bearers: Bearer[] = [
	{
		resource: 'conversation',
		part: 'meta',
		async make(segments) {
			const session_id = await newConversation();
			conversation(session_id).meta.segments = segments;
			return {
				target: { sessionId: locator(session_id) },
				ids: {
					conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${session_id}/`,
					...{ website_id: shop, session_id },
				},
				has: () => conversation(session_id).meta.segments,
			};
		},
	},
	{
		resource: 'person',
		part: 'profile',
		async make(segments) {
			const email = `bearer-${++people}@example.org`;
			const additionalFields = segments.length > 0 ? { segments: named(...segments) } : {};
			await run({ resource: 'person', operation: 'create', email, personNickname: 'B', additionalFields });
			return {
				target: { peopleId: locator(email, 'email') },
				ids: { website_id: shop, people_id: personWith(email)?.people_id },
				has: () => personWith(email)?.segments ?? [],
			};
		},
	},
];

describe.each(bearers)('segments of a $resource', ({ resource, part, make }) => {
	it('are added to the existing ones', async () => {
		const { target, ids, has } = await make(['a', 'b']);
		const items = [{ segment: ' c ' }];
		const made = await run(changing(resource, 'addSegments', target), { items });
		expect(has()).toEqual(['a', 'b', 'c']);
		const answer = { ...ids, changed: true, segments: ['a', 'b', 'c'] };
		expect(made).toEqual([{ json: answer, pairedItem: { item: 0 } }]);
	});

	it('are removed, while the others stay', async () => {
		const { target, ids, has } = await make(['a', 'b', 'c']);
		const made = await json(changing(resource, 'removeSegments', target), { items: [{ segment: 'b' }] });
		expect(has()).toEqual(['a', 'c']);
		expect(made).toEqual([{ ...ids, changed: true, segments: ['a', 'c'] }]);
	});

	it.each([
		['addSegments', 'a'],
		['removeSegments', 'A'],
	])('are not written by %s if nothing changes', async (operation, segment) => {
		const { target, has } = await make(['a']);
		let made: IDataObject[] = [];
		const during = async () => (made = await json(changing(resource, operation, target), { items: [{ segment }] }));
		expect(await asked(during)).toEqual([`GET ${part}`]);
		expect(made).toMatchObject([{ changed: false, segments: ['a'] }]);
		expect(has()).toEqual(['a']);
	});

	it('are case-sensitive', async () => {
		const { target, has } = await make(['VIP']);
		await run(changing(resource, 'addSegments', target), { items: [{ segment: 'vip' }] });
		expect(has()).toEqual(['VIP', 'vip']);
	});

	it('of many items are all set in the end', async () => {
		const { target, has } = await make(['old']);
		const items = Array.from({ length: 15 }, (_, index) => ({ segment: `s${index}` }));
		const made = await run(changing(resource, 'addSegments', target), { items });
		expect(has()).toEqual(['old', ...items.map(({ segment }) => segment)]);
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		await run(changing(resource, 'removeSegments', target), { items });
		expect(has()).toEqual(['old']);
	});

	it('give the same output when n8n runs the item again', async () => {
		const { target } = await make([]);
		const adding = async () =>
			await json(changing(resource, 'addSegments', target), {
				items: [{ segment: 'x' }],
				executionId: `again ${resource}`,
			});
		const first = await adding();
		expect(first).toMatchObject([{ changed: true }]);
		expect(await adding()).toEqual(first);
	});

	it('of an unknown resource fail the item', async () => {
		const target = resource === 'person' ? { peopleId: locator('nobody') } : { sessionId: locator('session_none') };
		const error = await failure(changing(resource, 'addSegments', target), { items: [{ segment: 'x' }] });
		expect(error.message).toContain('not_found');
		expect(error.context.itemIndex).toBe(0);
		const parameters = changing(resource, 'addSegments', target);
		const made = await run(parameters, { items: [{ segment: 'x' }], onError: 'continueRegularOutput' });
		expect(made).toMatchObject([{ json: { error: error.message }, pairedItem: { item: 0 } }]);
	});
});

it('segments of a person are all set even if items write the email differently', async () => {
	const email = 'written@example.org';
	await run({ resource: 'person', operation: 'create', email, personNickname: 'W', additionalFields: {} });
	const items = ['a', 'b', 'c', 'd'].map((segment, index) => ({
		segment,
		email: index % 2 ? email : email.toUpperCase(),
	}));
	await run(changing('person', 'addSegments', { peopleId: locator('={{ $json.email }}', 'email') }), { items });
	expect(personWith(email)?.segments).toEqual(['a', 'b', 'c', 'd']);
});

it('segments of a person are all set even if some items give the ID and others the email', async () => {
	const email = 'twofold@example.org';
	await run({ resource: 'person', operation: 'create', email, personNickname: 'T', additionalFields: {} });
	const id = personWith(email)?.people_id;
	const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((segment, index) => ({ segment, who: index % 2 ? email : id }));
	const peopleId = locator('={{ $json.who }}');
	const made = await run(changing('person', 'addSegments', { peopleId }), { items: items as IDataObject[] });
	expect([...(personWith(email)?.segments ?? [])].sort()).toEqual(items.map(({ segment }) => segment));
	expect(made.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	expect(made.map(({ json: { people_id } }) => people_id)).toEqual(items.map(() => id));
});
