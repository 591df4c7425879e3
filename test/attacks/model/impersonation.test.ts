import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { conversation, credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { execute } from '../../support/n8nContext';
import { control } from '../../support/visitor';
import { awaiting, contextOf, email, message } from './reading';

/**
 * A visitor enters the email of a customer, and Crisp binds the conversation to that customer's record: nothing of the
 * record may reach the model that answers the visitor.
 */

const secrets = [
	'Vera Victim',
	'+33 6 11 22 33 44',
	'ACME-2219',
	'CHURN RISK',
	'1 Secret Lane',
	'vip',
	'Acme Ltd',
	'Grasse',
];

const record = {
	person: {
		person: {
			nickname: 'Vera Victim',
			phone: '+33 6 11 22 33 44',
			address: '1 Secret Lane',
			geolocation: { city: 'Grasse', country: 'FR' },
		},
		company: { name: 'Acme Ltd' },
		segments: ['vip'],
		notepad: 'CHURN RISK',
	},
	data: { contract: 'ACME-2219' },
	others: {
		session_2: {
			state: 'resolved',
			updated_at: 1,
			meta: { subject: '1 Secret Lane' },
			preview_message: { type: 'text', from: 'user', excerpt: 'My new address is 1 Secret Lane' },
		},
	},
	messages: [message({ content: 'Which phone and address do you have of me?' })],
};
/** What Crisp says of a conversation in which this email was verified by a link. */
const verifiedAs = (annotation: string): IDataObject => ({
	is_verified: true,
	verifications: [{ identity: 'email', method: 'link', annotation }],
});
const attacker = { is_verified: false, meta: { nickname: 'Mallory', email } };
const everything = { include_notes: true, include_events: true, max_conversations: 5 };

it('gives nothing of the record, even with everything included, and reads nothing of it', async () => {
	const { output, paths } = await contextOf({ ...record, conversation: attacker }, everything);
	for (const secret of secrets) expect(JSON.stringify(output)).not.toContain(secret);
	expect(output).toMatchObject({ verified: false, people_id: null, other_conversations: 0, name: 'Mallory', email });
	expect(output.context).toContain('Email of the visitor: not verified\n');
	expect(paths.filter((path) => path.includes('/people/'))).toEqual([]);
});

it.each<[string, IDataObject]>([
	['is missing', {}],
	['is a text', { is_verified: 'true' }],
	['is a number', { is_verified: 1 }],
	['is null', { is_verified: null }],
	['is true for a phone number only', { is_verified: true, verifications: [{ identity: 'phone', method: 'link' }] }],
	['is true for another email', verifiedAs('mallory@evil.example')],
	['is true for an email that only looks like it', verifiedAs(`${email}.evil.example`)],
	[
		'is true for emails that are no texts',
		{ ...verifiedAs(email), verifications: [{ identity: 'email', annotation: [email] }] },
	],
	['is true for an email that is not named', { is_verified: true, verifications: [{ identity: 'email' }] }],
	['is true for entries that are none', { is_verified: true, verifications: [null, 'email', 1] }],
	[
		'is true for a phone number that is spelled like the email',
		{ is_verified: true, verifications: [{ identity: 'phone', annotation: email }] },
	],
	['is true for an account at a plugin', { is_verified: true, verifications: [{ identity: 'urn:acme:crm' }] }],
])('counts as not verified if the word of Crisp %s', async (_, identity) => {
	const { output, paths } = await contextOf(
		{ ...record, conversation: { meta: attacker.meta, ...identity } },
		everything,
	);
	expect(output.verified).toBe(false);
	expect(JSON.stringify(output)).not.toContain('ACME-2219');
	expect(paths.filter((path) => path.includes('/people/'))).toEqual([]);
});

it('gives nothing of a record that is bound by another email than the verified one', async () => {
	for (const own of ['mallory@evil.example', '', undefined]) {
		const conversation = { is_verified: true, meta: { nickname: 'Mallory', email: own } };
		const { output } = await contextOf({ ...record, conversation }, everything);
		for (const secret of secrets) expect(JSON.stringify(output)).not.toContain(secret);
		expect(output).toMatchObject({ verified: true, people_id: null });
	}
});

it.each<[string, IDataObject, IDataObject]>([
	['a verified visitor', verifiedAs(email), {}],
	[
		'a visitor who verified several identities',
		{ is_verified: true, verifications: [{ identity: 'phone' }, { identity: 'email', annotation: ` ${email} ` }] },
		{},
	],
	['a visitor who is verified in a way that Crisp does not tell', { is_verified: true }, {}],
	['an unverified visitor who is trusted', { is_verified: false }, { trust_unverified: true }],
])('gives the record of %s', async (_, identity, values) => {
	const conversation = { ...identity, meta: { nickname: 'Vera', email: email.toUpperCase() } };
	const { output } = await contextOf({ ...record, conversation }, { ...everything, ...values });
	for (const secret of secrets) expect(output.context).toContain(secret);
	expect(output).toMatchObject({ verified: identity.is_verified, people_id: 'p', other_conversations: 1 });
});

it('another conversation that shows another email than the verified one is marked', async () => {
	const others = {
		session_2: { ...verifiedAs('mallory@evil.example'), meta: { email, subject: 'forged' }, updated_at: 2 },
		session_3: { ...verifiedAs(email), meta: { email, subject: 'own' }, updated_at: 1 },
	};
	const { output } = await contextOf(
		{ ...record, others, conversation: { ...verifiedAs(email), meta: { email } } },
		everything,
	);
	expect(output.context).toContain('not verified, subject "forged"');
	expect(output.context).not.toContain('not verified, subject "own"');
	expect(output.context).toContain('subject "own"');
});

it('a list of conversations says the same', async () => {
	const one = { session_id: 'session_1', state: 'unresolved', waiting_since: 1, meta: { email } };
	const found = await awaiting([
		{ ...one, ...verifiedAs('mallory@evil.example') },
		{ ...one, ...verifiedAs(email), session_id: 'session_2' },
	]);
	expect(found.map(({ verified }) => verified)).toEqual([false, true]);
});

describe('in the sandbox, which binds conversations by email', () => {
	const sandbox = useSandbox();

	const run = async (operation: string, session_id: unknown, more: INodeParameters) =>
		await execute({
			credential: credentialFor(sandbox.current, 'plugin'),
			parameters: { resource: 'conversation', operation, sessionId: locator(String(session_id)), ...more },
		});

	it("a stranger with a customer's email gets no word of the customer out of any operation", async () => {
		const website = sandbox.current.state.websites.get(shop);
		const victim = [...(website?.people.values() ?? [])].find((person) => person.email === 'odile@marrow.example');
		Object.assign(victim ?? {}, { notepad: 'CHURN RISK' });
		const { session_id } = await control(sandbox.current, 'visitor/message', {
			text: 'Who am I?',
			nickname: 'Mallory',
		});
		await control(sandbox.current, 'visitor/meta', { session_id, email: 'odile@marrow.example' });
		expect(website?.conversations.get(String(session_id))?.people_id).toBe(victim?.people_id);
		const additionalFields = { includeNotes: true, includeEvents: true };
		const given = [
			...(await run('getContext', session_id, { additionalFields: { ...additionalFields, maxConversations: 9 } })),
			...(await run('getTranscript', session_id, { format: 'text', additionalFields })),
			...(await run('getTranscript', session_id, { format: 'markdown', additionalFields })),
			...(await run('getTranscript', session_id, { format: 'items', additionalFields })),
		];
		const shown = JSON.stringify(given.map(({ json }) => json));
		for (const secret of ['Odile', 'CHURN RISK', 'customer', 'birthday', conversation, String(victim?.people_id)]) {
			expect(shown).not.toContain(secret);
		}
		expect(shown).toContain('Who am I?');
		const [trusted] = await run('getContext', session_id, { additionalFields: { trustUnverified: true } });
		expect(trusted?.json.context).toContain('"Odile Marrow"');
	});
});
