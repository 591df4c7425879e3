import { startSandbox, type Sandbox } from '../../../sandbox';
import { SHOP_ID } from '../../../sandbox/state/seed';
import { personId } from '../../../sandbox/state/seedData';
import { call } from '../client';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox({ page: false });
});
afterEach(() => sandbox.close());

const WEBSITE = `/v1/website/${SHOP_ID}`;
const CAMPAIGN = `${WEBSITE}/campaign/c2f6b8d1-0000-4000-8000-000000000002`;
const asUser = (request: string, body?: unknown) => call(sandbox, 'user', request, body);

interface Recipient {
	people_id: string;
	subscribed: boolean;
}

async function recipientsOf(recipients: object): Promise<Recipient[]> {
	await asUser(`PATCH ${CAMPAIGN}`, { recipients });
	return (await asUser(`GET ${CAMPAIGN}/recipients/1`)).data as Recipient[];
}

const people = () => [...(sandbox.state.websites.get(SHOP_ID)?.people.values() ?? [])];
const ids = (entries: Array<{ people_id: string }>) => entries.map(({ people_id }) => people_id).sort();

test('a campaign for all reaches everyone, one that names no one reaches no one', async () => {
	expect(await recipientsOf({})).toEqual([]);
	expect(ids(await recipientsOf({ type: 'all' }))).toEqual(ids(people()));
});

test('a campaign reaches the people that it names, by ID, segment or condition', async () => {
	const [first, second] = [personId(1), personId(2)];
	expect(ids(await recipientsOf({ people: [first] }))).toEqual([first]);
	const customers = people().filter(({ segments }) => segments.includes('customer'));
	expect(customers.length).toBeGreaterThan(0);
	expect(ids(await recipientsOf({ people: [], segments: ['customer'] }))).toEqual(ids(customers));
	const email = people().find(({ people_id }) => people_id === second)?.email;
	const filter = [{ model: 'people', criterion: 'email', operator: 'eq', query: [email] }];
	expect(ids(await recipientsOf({ segments: [], filter }))).toEqual([second]);
});

test('a recipient has email, name and subscription of the person', async () => {
	const person = people().find(({ people_id }) => people_id === personId(1));
	expect(person).toBeDefined();
	Object.assign(person ?? {}, { isSubscribed: false });
	const [found] = await recipientsOf({ people: [personId(1)] });
	const { email, person: profile } = person ?? {};
	expect(found).toMatchObject({ email, person: { nickname: profile?.nickname }, subscribed: false });
});
