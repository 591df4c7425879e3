import fc from 'fast-check';
import { personConditions } from '../../nodes/Crisp/operations/fields/conditions';
import { toWire } from '../../nodes/Crisp/request/toWire';

/** Conditions reach Crisp as they were given: none is lost, as fewer conditions find more people. */

const field = personConditions();
const sent = (rows: unknown) =>
	field.sentAs?.wire(toWire('conditions', field, rows, 'UTC', 'Conditions'), "'Conditions'").search_filter;

const word = fc.stringMatching(/^[a-z0-9é.@-]{1,12}$/);
const operator = fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte');
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
			expect(sent({ rows: withKey })).toEqual(wanted);
			expect(sent(withKey)).toEqual(wanted);
			expect(sent(JSON.stringify(withKey))).toEqual(wanted);
			expect(sent({ rows: inForm })).toEqual(wanted);
		}),
	);
});
