import { identificationOf } from '../../../nodes/Crisp/form/locators';
import { failuresIn, isSentAsChosen, sentFor, spots, type Spot } from './fieldForms';

/**
 * Values as users have them, in every field of every operation. What a field holds is decided here by Crisp's name of
 * it, and not by the kind that the table gives it: an email has spaces around it wherever it is.
 */

const last = ({ names }: Spot) => names.at(-1) ?? '';
const ending = (...words: string[]) => new RegExp(`(^|[._])(${words.join('|')})$`);

/** Names of texts on one line that identify or address something. */
const oneLine = ending(
	...['id', 'ids', 'email', 'phone', 'locale', 'locale_linked', 'language', 'timezone', 'country', 'ip', 'key', 'code'],
	...[
		'domain',
		'basic',
		'domain_basic',
		'custom',
		'url',
		'helpdesk_url',
		'avatar',
		'image',
		'logo',
		'website',
		'banner',
	],
	...['favicon', 'header', 'footer', 'target', 'path', 'sub_path', 'path.to', 'tree_path', 'fingerprint', 'handle'],
	...[
		'messenger',
		'telegram',
		'twitter',
		'whatsapp',
		'instagram',
		'recipient',
		'token',
		'block_rule',
		'key',
		'segment',
		'tag',
	],
	...['type', 'namespace', 'identifier', 'field', 'criterion', 'model', 'sort_field', 'split_by', 'command', 'format'],
	...['verify.method', 'restrict_mode', 'launch_event', 'emoji', 'color', 'tile', 'guard_level', 'mode_initial'],
	...['helpdesk_navigate', 'layout_theme', 'text_theme', 'assigned', 'assigned_to', 'writing_locale'],
);

/** Names of texts that people write or choose freely, and of passwords: they arrive as they are. */
const free = ending(
	...['name', 'nickname', 'legal_name', 'first_name', 'last_name', 'title', 'role', 'seniority', 'address', 'region'],
	...['city', 'subject', 'message', 'content', 'text', 'explain', 'label', 'value', 'icon', 'description', 'note'],
	...[
		'notepad',
		'excerpt',
		'html',
		'welcome_message',
		'search_text',
		'search_name',
		'search_title',
		'search_query',
		'options',
	],
	...['search', 'secret', 'jwt_secret', 'password', 'column_separator'],
	...['section.articles', 'section.guides', 'section.references', 'section.news'],
);

/** Fields whose name says something else than it does elsewhere. */
const exceptions: Record<string, RegExp> = {
	'pluginSubscription.dispatchEvent name': oneLine,
	'knowledgeBase.cancelChange action': oneLine,
	'message.downloadFile output_property_name': oneLine,
};

const kindsOfTexts = ['text', 'longText', 'secret', 'email', 'color', 'picker', 'fingerprint'];
/** What is chosen by name, such as a segment: only spaces around it are left out. */
const isByName = ({ field: { kind, picks } }: Spot) =>
	kind === 'picker' && picks !== undefined && identificationOf(picks).kind === 'name';
const texts = spots.filter((spot) => kindsOfTexts.includes(spot.field.kind));
const ruleOf = (spot: Spot) => exceptions[spot.title] ?? [oneLine, free].find((rule) => rule.test(last(spot)));
const identifiers = texts.filter((spot) => ruleOf(spot) === oneLine);
const contents = texts.filter((spot) => ruleOf(spot) === free && !isByName(spot));

const session = 'session_19e5240f-0a8d-461e-a661-a3123fc60001';

/** A value of the field without anything around it. */
function bareIn(spot: Spot): string {
	const { picks, kind } = spot.field;
	if (/(^|[._])fingerprint$/.test(last(spot))) return '524653764345';
	if (picks === 'conversation') return session;
	if (picks) return '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
	if (/(^|[._])email$/.test(last(spot)) || kind === 'email') return 'nathan@example.com';
	return last(spot).endsWith('phone') ? '+33 6 12' : 'a-value';
}

/** What surrounds a value in sheets, on web pages and in files. */
const paddings: Array<[string, before: string, after: string]> = [
	['spaces', ' ', '  '],
	['no-break spaces', '\u00a0', '\u202f'],
	['zero-width characters', '\u200b', '\u2060\ufeff'],
	['zero-width joiners', '\u200c', '\u200d'],
	['direction marks', '\u202a\u200e', '\u202c'],
	['line breaks and tabs', '\r\n\t', '\u2028\n'],
];

describe('a text field', () => {
	it('has a name that says whether it identifies something or holds content', () => {
		const both = texts.filter((spot) => !exceptions[spot.title] && oneLine.test(last(spot)) && free.test(last(spot)));
		expect(both.map(({ title }) => title)).toEqual([]);
		expect(texts.filter((spot) => !ruleOf(spot)).map(({ title }) => title)).toEqual([]);
		expect(identifiers.length).toBeGreaterThan(500);
		expect(contents.length).toBeGreaterThan(100);
	});

	it.each(paddings)(
		'that identifies something is sent without %s around it, in every operation',
		(_, before, after) => {
			const failures = failuresIn(identifiers, (spot) => {
				const bare = bareIn(spot);
				expect(String(sentFor(spot, `${before}${bare}${after}`))).toBe(bare);
			});
			expect(failures).toEqual([]);
		},
	);

	it('with an email or an ID is sent without invisible characters within it', () => {
		const addressed = identifiers.filter((spot) => ['email', 'picker'].includes(spot.field.kind) && !isByName(spot));
		const failures = failuresIn(addressed, (spot) => {
			const bare = bareIn(spot);
			expect(sentFor(spot, `${bare.slice(0, 9)}\u200b${bare.slice(9)}`)).toBe(bare);
		});
		expect(failures).toEqual([]);
		expect(addressed.length).toBeGreaterThan(300);
	});

	it.each(paddings)('with content is sent with %s around it, in every operation', (_, before, after) => {
		const failures = failuresIn(contents, (spot) => {
			const given = `${before}Dear\u200bNathan,${after}`;
			expect(sentFor(spot, given)).toBe(given);
		});
		expect(failures).toEqual([]);
	});

	it('for an email refuses what is none, before anything is sent', () => {
		const emails = spots.filter(({ field, names }) => field.kind === 'email' && names.length === 1);
		const failures = failuresIn(emails, (spot) => {
			for (const wrong of ['nathan', 'Nathan <nathan@example.com>', 'a@b.example, c@d.example', 'a b@c.example']) {
				expect(() => sentFor(spot, wrong)).toThrow(`'${spot.label}' is not an email address: `);
			}
		});
		expect(failures).toEqual([]);
		expect(emails.length).toBeGreaterThan(9);
	});
});

describe('a list, a number, a choice or a switch', () => {
	const padded: Record<string, [given: unknown, sent: unknown]> = {
		list: [
			['\u00a0vip\u200b ', ' \u2060new '],
			['vip', 'new'],
		],
		fingerprints: [' 42\u200b,\u00a0-7', [42, -7]],
		number: ['\u00a042\u200b', 42],
		bit: ['\u00a0true ', 1],
		flag: ['\u00a0false ', false],
		date: ['\u200b2026-01-31 ', '2026-01-31T00:00:00.000Z'],
		instant: ['\u00a02026-01-31T00:00:00Z\u200b', 1769817600000],
	};

	it.each(Object.entries(padded))('(%s) is read without what surrounds it', (kind, [given, sent]) => {
		const some = spots.filter(({ field }) => field.kind === kind);
		expect(failuresIn(some, (spot) => expect(sentFor(spot, given)).toEqual(sent))).toEqual([]);
		expect(some.length).toBeGreaterThan(0);
	});

	it('(choice) is read without what surrounds it', () => {
		const choices = spots.filter(isSentAsChosen);
		const failures = failuresIn(choices, (spot) => {
			const value = Object.keys(spot.field.options ?? {}).find((one) => one !== '' && !one.includes('*'));
			expect(sentFor(spot, `\u00a0${value}\u200b`)).toBe(value);
		});
		expect(failures).toEqual([]);
	});
});

const onlyAfterDot = (...words: string[]) => new RegExp(`(^|\\.)(${words.join('|')})$`);

/** The fields that hold JSON in Crisp's API: objects and lists of objects by the types of Crisp's SDK. */
const jsonNames = onlyAfterDot(
	...['data', 'device', 'payload', 'click', 'scroll', 'filter', 'assert_filter', 'if', 'then', 'properties', 'search'],
	...['choices', 'targets', 'references', 'participants', 'conditions', 'orders', 'mapping', 'profiles', 'actions'],
	...['conditions_json'],
);

const lists: Record<string, unknown> = {
	choices: [
		{ value: 'yes', label: 'Yes', icon: '👍', selected: true, action: { type: 'link', target: 'https://a.example' } },
	],
	targets: [
		{ title: 'A', description: 'B', image: 'https://a.example/b', actions: [{ label: 'C', url: 'https://c.example' }] },
	],
	references: [{ type: 'link', name: 'A', target: 'https://a.example' }],
	participants: [{ type: 'email', target: 'a@b.example' }],
	conditions: [{ criterion: 'segments', operator: 'eq', query: ['vip'], model: 'session' }],
	orders: [{ inbox_id: 'an-inbox', order: 2 }],
	mapping: [{ column: 2, field: 'email' }],
	profiles: [{ type: 'linkedin', handle: 'nathan', url: 'https://a.example' }],
	actions: [{ label: 'C', url: 'https://c.example' }],
};

/** Fields of the same name that hold words. */
const otherwise = ['helpDesk.updateSettings section.references'];

describe('a field that holds JSON', () => {
	const holdsJson = (spot: Spot) =>
		jsonNames.test(last(spot)) && spot.field.kind !== 'list' && !otherwise.includes(spot.title);
	const words = spots.filter(({ names }) => names[0] === 'people.search');
	const some = spots.filter((spot) => !words.includes(spot) && (holdsJson(spot) || last(spot) === ''));
	const valueFor = (spot: Spot): unknown => {
		const word = last(spot).split('.').at(-1) ?? '';
		if (spot.title === 'message.sendAndWait content.choices') return [{ value: 'yes', label: 'Yes', icon: '👍' }];
		if (spot.title === 'message.sendAndWait choices') return [{ value: 'yes', label: 'Yes' }];
		if (spot.title === 'message.sendAndWait form_fields') return [{ label: 'Reason', type: 'text' }];
		const criterion = { model: 'people', criterion: 'email', operator: 'eq', query: ['a@b.co'] };
		if (/^(person|campaign).* (\w+\.)?conditions$/.test(spot.title)) return [criterion];
		if (spot.field.kind === 'table') return lists[word];
		return /filter|conditions_json/.test(last(spot)) && !spot.title.startsWith('analytics')
			? [criterion]
			: { plan: 'gold' };
	};

	it('takes JSON text, and the same as an object or a list from an expression, in every operation', () => {
		const failures = failuresIn(some, (spot) => {
			const value = valueFor(spot);
			const sent = sentFor(spot, value);
			expect(sentFor(spot, `\u00a0${JSON.stringify(value)}\u200b\n`)).toEqual(typeof sent === 'string' ? sent : value);
			// Crisp gets JSON as text in a query, and where the SDK types it as text.
			expect(typeof sent === 'string' ? (JSON.parse(sent) as unknown) : sent).toEqual(value);
		});
		expect(failures).toEqual([]);
		expect(some.length).toBeGreaterThan(30);
	});

	it('for the people of a batch is a text for Crisp: an object becomes JSON, words stay words', () => {
		expect(words.length).toBe(3);
		for (const spot of words) {
			expect(sentFor(spot, { text: 'vip' })).toBe('{"text":"vip"}');
			expect(sentFor(spot, ' vip ')).toBe(' vip ');
		}
	});
});

/** The routes whose `data` is custom data, by Crisp's reference; the composed operations send it there, too. */
const customDataRoutes = [
	'/v1/website/{website_id}/conversation/{session_id}/meta',
	'/v1/website/{website_id}/people/data/{people_id}',
	'/v1/website/{website_id}/batch/data',
];
const composedWithData = ['conversation.createWithMessage data', 'person.upsert data'];

describe('custom data', () => {
	const isCustomData = ({ title, operation, names }: Spot) =>
		composedWithData.includes(title) ||
		('route' in operation && names[0] === 'data' && customDataRoutes.includes(operation.route.path));
	const some = spots.filter(isCustomData);
	const inForm = (...rows: Array<[string, unknown]>) => ({ rows: rows.map(([key, value]) => ({ key, value })) });

	it('is in seven operations', () => {
		expect(some.map(({ title }) => title).sort()).toEqual([
			'batch.updateData data',
			'batch.updatePeopleData data',
			'conversation.createWithMessage data',
			'conversation.updateMeta data',
			'person.replaceData data',
			'person.updateData data',
			'person.upsert data',
		]);
	});

	it.each([
		['Order ID', 'Use order_id instead.'],
		['orderId', 'Use order_id instead.'],
		['Crédit €', 'Use credit instead.'],
		['a.b', 'Use a_b instead.'],
		['日本', 'Use a key such as order_id.'],
	])('refuses the key "%s" with the label, the key and what to use', (key, cure) => {
		const failures = failuresIn(some, (spot) => {
			for (const given of [inForm(['plan', 'gold'], [key, 'x']), { [key]: 1 }, JSON.stringify({ [key]: 1 })]) {
				let error: unknown;
				try {
					sentFor(spot, given);
				} catch (thrown) {
					error = thrown;
				}
				const message = `A key of '${spot.label}' has characters that Crisp does not accept: "${key}"`;
				expect(error).toMatchObject({ message, description: expect.stringContaining(cure) as unknown });
			}
		});
		expect(failures).toEqual([]);
	});

	it('has keys without spaces around them, and each once', () => {
		const failures = failuresIn(some, (spot) => {
			expect(sentFor(spot, inForm([' plan\u00a0', ' gold '], ['order_id-2', 2]))).toEqual({
				plan: ' gold ',
				'order_id-2': 2,
			});
			for (const twice of [inForm(['plan', 'a'], ['plan ', 'b']), { plan: 'a', '\u200bplan': 'b' }]) {
				expect(() => sentFor(spot, twice)).toThrow(`A key of '${spot.label}' occurs twice: "plan"`);
			}
		});
		expect(failures).toEqual([]);
	});

	it('has texts, numbers, true and false; null and empty texts are left out, and a date becomes text', () => {
		const failures = failuresIn(some, (spot) => {
			const data = { plan: 'gold', seats: 3, trial: false };
			expect(sentFor(spot, { ...data, none: null, empty: '', blank: '\u00a0' })).toEqual(data);
			expect(sentFor(spot, { plan: '', seats: 3 }, 'change')).toEqual({ seats: 3 });
			expect(sentFor(spot, { plan: '', seats: null }, 'clear')).toEqual({ plan: '' });
			expect(sentFor(spot, { since: new Date(0) })).toEqual({ since: '1970-01-01T00:00:00.000Z' });
			for (const nested of [{ city: 'Paris' }, ['a']]) {
				const message = `'${spot.label}' has an object or a list under the key "address"`;
				expect(() => sentFor(spot, { plan: 'gold', address: nested })).toThrow(message);
				expect(() => sentFor(spot, inForm(['address', nested]))).toThrow(message);
			}
		});
		expect(failures).toEqual([]);
	});

	it('has all keys of an object in a row without a key, and the rules for keys and values apply to them', () => {
		const failures = failuresIn(some, (spot) => {
			const data = { plan: 'gold', seats: 3, trial: false };
			for (const whole of [data, JSON.stringify(data)]) {
				expect(sentFor(spot, inForm(['', whole]))).toEqual(data);
				expect(sentFor(spot, inForm(['age', 5], [' ', whole]))).toEqual({ age: 5, ...data });
				expect(() => sentFor(spot, inForm(['plan', 'x'], ['', whole]))).toThrow('occurs twice: "plan"');
			}
			expect(() => sentFor(spot, inForm(['', { 'Order ID': 1 }]))).toThrow('has characters that Crisp does not accept');
			expect(() => sentFor(spot, inForm(['', { address: { city: 'Paris' } }]))).toThrow('has an object or a list');
			// Nothing was found: this must not remove all keys.
			const nothing = inForm(['', {}]);
			if (spot.field.required) expect(() => sentFor(spot, nothing)).toThrow(`'${spot.label}' is empty`);
			else expect(sentFor(spot, nothing)).toBeUndefined();
		});
		expect(failures).toEqual([]);
	});

	it('without any key removes all keys where it is replaced, in the form, as an object and as JSON text', () => {
		const failures = failuresIn(some, (spot) => {
			for (const none of [{}, { rows: [] }, '{}']) {
				if (spot.title === 'person.replaceData data') expect(sentFor(spot, none)).toEqual({});
				else if (spot.field.required) expect(() => sentFor(spot, none)).toThrow(`'${spot.label}' is empty`);
				else expect(sentFor(spot, none, 'clear')).toBeUndefined();
			}
		});
		expect(failures).toEqual([]);
	});

	it('without any value is nothing to send', () => {
		const failures = failuresIn(some, (spot) => {
			for (const nothing of [{ plan: null }, { plan: '', seats: null }, 'null']) {
				if (spot.field.required) expect(() => sentFor(spot, nothing)).toThrow(`'${spot.label}' is empty`);
				else expect(sentFor(spot, nothing)).toBeUndefined();
			}
		});
		expect(failures).toEqual([]);
	});
});

describe('other keys and values', () => {
	const pairs = (title: string) => spots.find((spot) => spot.title === title)!;

	it('have any keys: Crisp documents rules for custom data only', () => {
		for (const title of ['message.send properties', 'person.addEvent data']) {
			expect(sentFor(pairs(title), { ' Order ID ': 7 })).toEqual({ 'Order ID': 7 });
		}
	});

	it('of an event may be objects, as the SDK types them; properties of a message may not', () => {
		const nested = { address: { city: 'Paris' } };
		expect(sentFor(pairs('person.addEvent data'), nested)).toEqual(nested);
		expect(() => sentFor(pairs('message.send properties'), nested)).toThrow("'Properties' has an object or a list");
	});
});
