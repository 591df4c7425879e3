import type { INodeParameters } from 'n8n-workflow';
import { composing } from '../../support/composedOperations';
import { useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, failure, website } = composing(sandbox);

const listing = (more: INodeParameters): INodeParameters => ({ resource: 'person', operation: 'getAll', ...more });

/** An operation that has options. */
const reading = { operation: 'findByEmail', email: 'p55@example.org' };

/** Adds people until there are more than the usual limit of 50. */
function addPeople(): number {
	const [first] = [...website().people.values()];
	for (let index = website().people.size; index < 60; index++) {
		const people_id = `05bde36e-0a91-4c6e-a9e7-0000000000${index}`;
		website().people.set(people_id, { ...structuredClone(first!), people_id, email: `p${index}@example.org` });
	}
	return website().people.size;
}

describe('Return All, Limit and Simplify as text', () => {
	it.each(['true', 'True', 'TRUE', 'yes', 1, true])('Return All is switched on by %j', async (returnAll) => {
		const count = addPeople();
		expect(await run(listing({ returnAll: '={{ $json.all }}' }), { items: [{ all: returnAll }] })).toHaveLength(count);
	});

	it.each(['false', 'FALSE', 'no', 0, '', null])('Return All is switched off by %j', async (all) => {
		addPeople();
		const parameters = listing({ returnAll: '={{ $json.all }}', limit: '={{ $json.most }}' });
		expect(await run(parameters, { items: [{ all, most: '7' }] })).toHaveLength(7);
		expect(await run(parameters, { items: [{ all, most: '' }] })).toHaveLength(50);
	});

	it('Simplify is switched off by a text', async () => {
		const read = async (simplify: unknown) => {
			const parameters = listing({ limit: 1, simplify: '={{ $json.simple }}' });
			return (await run(parameters, { items: [{ simple: simplify as string }] }))[0]?.json;
		};
		const raw = await read(false);
		expect(raw).toHaveProperty('person.nickname');
		for (const off of ['false', 'False', 'off', '0']) expect(await read(off)).toEqual(raw);
		for (const on of ['true', 'TRUE', '', null]) expect(await read(on)).not.toHaveProperty('person.nickname');
	});

	it.each<[INodeParameters, string]>([
		[{ returnAll: 'all' }, `'Return All' is neither true nor false: "all"`],
		[{ simplify: 'maybe' }, `'Simplify' is neither true nor false: "maybe"`],
		[{ limit: '1,000' }, `'Limit' is not a number of results: "1,000"`],
		[{ limit: '1.5' }, `'Limit' is not a number of results: "1.5"`],
		[{ limit: true }, `'Limit' is not a number of results: true`],
		[{ ...reading, options: { concurrency: 'many' } }, `'Concurrency' cannot be "many"`],
		[{ ...reading, options: { concurrency: true } }, `'Concurrency' cannot be true`],
		[{ ...reading, options: { quotaWait: '1,5' } }, `'Wait for Plan Limits (Minutes)' cannot be "1,5"`],
		[{ ...reading, options: { quotaWait: '-1' } }, `'Wait for Plan Limits (Minutes)' cannot be "-1"`],
	])('%j is refused', async (more, message) => {
		expect((await failure(listing(more))).message).toBe(message);
	});

	it('the options take numbers as text, and an empty text as no value', async () => {
		addPeople();
		for (const options of [
			{ concurrency: ' 5 ', quotaWait: '0.5' },
			{ concurrency: '', quotaWait: '' },
		]) {
			expect(await run(listing({ ...reading, options }))).toHaveLength(1);
		}
	});
});
