import type { INodeParameters } from 'n8n-workflow';
import { composing, named, pairsOf } from '../../support/composedOperations';
import { shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, json, failure, asked, website, personWith } = composing(sandbox);

const saving = (email: string, additionalFields: INodeParameters = {}): INodeParameters => ({
	resource: 'person',
	operation: 'upsert',
	email,
	additionalFields,
});

const count = () => website().people.size;

describe('a person created or updated', () => {
	it('is created if the email is unknown', async () => {
		const fields = {
			personNickname: 'Nora',
			personPhone: '+331',
			companyName: 'Nori',
			segments: named('new'),
			data: pairsOf({ plan: 'gold' }),
		};
		let made: Awaited<ReturnType<typeof run>> = [];
		const requests = await asked(async () => (made = await run(saving('nora@example.org', fields))));
		expect(requests).toEqual(['GET profiles', 'POST profile', 'PATCH data']);
		const person = personWith('nora@example.org');
		expect(person).toMatchObject({ segments: ['new'], data: { plan: 'gold' }, company: { name: 'Nori' } });
		const answer = {
			people_id: person?.people_id,
			website_id: shop,
			created: true,
			email: 'nora@example.org',
			name: 'Nora',
			phone: '+331',
			company: 'Nori',
			segments: ['new'],
			country: null,
		};
		expect(made).toEqual([{ json: answer, pairedItem: { item: 0 } }]);
	});

	it('is updated if the email is known, and keeps what is not given', async () => {
		await run(
			saving('otto@example.org', {
				personNickname: 'Otto',
				personPhone: '+49',
				segments: named('old'),
				data: pairsOf({ plan: 'free', seats: '3' }),
			}),
		);
		const before = count();
		const fields = { personPhone: '+50', segments: named('old', 'new'), data: pairsOf({ plan: 'gold' }) };
		let made: Awaited<ReturnType<typeof json>> = [];
		const requests = await asked(async () => (made = await json(saving(' OTTO@example.org', fields))));
		expect(requests).toEqual(['GET profiles', 'PATCH profile', 'GET data', 'PATCH data', 'GET data']);
		expect(count()).toBe(before);
		const person = personWith('otto@example.org');
		expect(person).toMatchObject({
			person: { nickname: 'Otto', phone: '+50' },
			segments: ['old', 'new'],
			data: { plan: 'gold', seats: '3' },
		});
		expect(made).toMatchObject([
			{ people_id: person?.people_id, created: false, name: 'Otto', phone: '+50', segments: ['old', 'new'] },
		]);
	});

	it('is not written if only the email is given; its name is set on creation', async () => {
		await run(saving('only.email@example.org'));
		expect(personWith('only.email@example.org')?.person).toEqual({ nickname: 'only.email' });
		expect(await asked(async () => await run(saving('only.email@example.org')))).toEqual(['GET profiles']);
		expect(personWith('only.email@example.org')?.person).toEqual({ nickname: 'only.email' });
	});

	it("is updated even if Crisp's search does not show the person", async () => {
		await run(saving('pia@example.org', { personNickname: 'Pia' }));
		const person = personWith('pia@example.org');
		const { people } = website();
		if (person) Object.assign(person, { email: 'hidden@example.org' });
		// The email matches only from the second read on: the search finds no person, and the creation then conflicts
		// with the existing one.
		const values = people.values.bind(people);
		let reads = 0;
		people.values = () => {
			if (person && ++reads > 1) person.email = 'pia@example.org';
			return values();
		};
		const requests = await asked(async () => await run(saving('pia@example.org', { personPhone: '+1' })));
		people.values = values;
		expect(requests).toEqual(['GET profiles', 'POST profile', 'GET profile', 'PATCH profile']);
		expect(person?.person).toEqual({ nickname: 'Pia', phone: '+1' });
	});

	it('is a single one, however many items have the email', async () => {
		const items = ['quin@example.org', 'Quin@example.org', 'rosa@example.org'].map((email, index) => ({
			email,
			segment: `s${index}`,
		}));
		const parameters = saving('={{ $json.email }}', { segments: named('={{ $json.segment }}') });
		const made = await run(parameters, { items });
		expect(made.map(({ json: { created }, pairedItem }) => [created, pairedItem])).toEqual([
			[true, { item: 0 }],
			[false, { item: 1 }],
			[true, { item: 2 }],
		]);
		expect(personWith('quin@example.org')?.segments).toEqual(['s0', 's1']);
	});

	it('reports the completed steps if the data cannot be set, and continues from there', async () => {
		sandbox.current.faults.fail({ status: 400, match: /PATCH .*people\/data/ });
		const parameters = saving('saul@example.org', { data: pairsOf({ plan: 'gold' }) });
		const error = await failure(parameters, { executionId: 'saul' });
		const id = personWith('saul@example.org')?.people_id ?? 'nobody';
		expect(error.message).toContain(`person ${id} was created`);
		let made: Awaited<ReturnType<typeof json>> = [];
		const again = await asked(async () => (made = await json(parameters, { executionId: 'saul' })));
		expect(again).toEqual(['PATCH data']);
		expect(made).toMatchObject([{ people_id: id, created: true }]);
	});

	it('with an invalid email is refused, and the others are saved', async () => {
		const items = [{ email: 'no email' }, { email: 'tess@example.org' }];
		const made = await run(saving('={{ $json.email }}'), { items, onError: 'continueRegularOutput' });
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(made[0]?.json.error).toMatch(/email/);
		expect(made[1]?.json.created).toBe(true);
	});
});
