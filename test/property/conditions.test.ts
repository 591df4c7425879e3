import fc from 'fast-check';
import type { Field } from '../../nodes/Crisp/operations/field';
import { conversationConditions, personConditions } from '../../nodes/Crisp/operations/fields/conditions';
import { toWire } from '../../nodes/Crisp/request/toWire';

/** Conditions reach Crisp as they were given: none is lost, as fewer conditions find more people. */

/** What rows become: for a search of people, for a campaign, and for an inbox. */
const sentIn = (field: Field, name: string) => (rows: unknown) =>
	field.sentAs?.wire(toWire('conditions', field, rows, 'UTC', 'Conditions'), "'Conditions'")[name];
const people = [
	sentIn(personConditions(), 'search_filter'),
	sentIn(personConditions({ name: 'recipients.filter', label: 'Conditions' }), 'recipients.filter'),
];
const inInbox = sentIn(
	conversationConditions({ names: ['conditions'], wire: (conditions) => ({ conditions }) }),
	'conditions',
);

const word = fc.stringMatching(/^[a-z0-9é.@-]{1,12}$/);
const operator = fc.constantFrom('eq', 'has', 'neq', 'gt', 'gte', 'lt', 'lte');
const criterion = fc.constantFrom('email', 'segments', 'person.nickname', 'company.name', 'data');
const query = fc.uniqueArray(word, { minLength: 1, maxLength: 4 });
const condition = fc.record({ criterion, key: word, operator, query });

it('any rows become as many conditions, in their order, from the form and from expressions alike', () => {
	fc.assert(
		fc.property(fc.array(condition, { minLength: 1, maxLength: 5 }), (given) => {
			const wanted = given.map(({ criterion, key, ...rest }) => ({
				model: 'people',
				criterion: criterion === 'data' ? `data.${key}` : criterion,
				...rest,
			}));
			const inForm = given.map(({ key, query, ...row }) => ({
				...row,
				key: { __rl: true, mode: 'name', value: key },
				query: query.join(' , '),
			}));
			const withKey = given.map((row) => (row.criterion === 'data' ? row : { ...row, key: undefined }));
			for (const sent of people) {
				for (const rows of [{ rows: withKey }, withKey, JSON.stringify(withKey), { rows: inForm }]) {
					expect(sent(rows)).toEqual(wanted);
				}
			}
		}),
	);
});

it('any rows for conversations become as many conditions, in their order', () => {
	const ofConversation = fc.record({
		criterion: fc.constantFrom('segments', 'data', 'data.plan', 'meta.email'),
		operator: fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte'),
		query,
	});
	fc.assert(
		fc.property(fc.array(ofConversation, { minLength: 1, maxLength: 5 }), (given) => {
			const wanted = given.map((row) => ({ model: 'session', ...row }));
			const inForm = given.map(({ query: values, ...row }) => ({ ...row, query: values.join(',') }));
			for (const rows of [given, JSON.stringify(given), { rows: inForm }]) expect(inInbox(rows)).toEqual(wanted);
		}),
	);
});
