import { UserError } from 'n8n-workflow';
import { textIn } from '../../../shared/runtime/coerce';
import type { Composing } from '../../operations/operation';
import { fullName } from '../../execute/summaries';
import { operatorsIn } from '../../request/operatorSeats';
import { fillPath, parseRoute } from '../../../shared/api/route';

const list = parseRoute('GET /v1/website/{website_id}/operators/list');
const team = parseRoute('GET /v1/website/{website_id}/team/{team_id}');
const inbox = parseRoute('GET /v1/website/{website_id}/inbox/{inbox_id}');

export interface Operator {
	user_id: string;
	email: string;
	name: string;
	isAvailable: boolean;
}

/** The operators of a website, without other seats such as pending invitations. Fetched once for all items. */
export async function readOperators(composing: Composing): Promise<Operator[]> {
	const path = fillPath(list, { website_id: String(composing.values.website_id) });
	const operators = operatorsIn(await readOnce(composing, path));
	return operators.map(({ user_id, email, first_name, last_name, availability }) => ({
		user_id: textIn(user_id),
		email: textIn(email),
		name: fullName({ first_name, last_name }),
		isAvailable: availability === 'online',
	}));
}

/** The operators that match all filters of the item: its list of operators, its team and its inbox. */
export async function allowedOperators(composing: Composing, operators: Operator[]): Promise<Operator[]> {
	const { website_id, operators: named, team_id, inbox_id } = composing.values;
	const circles: string[][] = [];
	if (named) circles.push((named as string[]).map((one) => idOf(one, operators)));
	if (team_id) {
		const path = fillPath(team, { website_id: String(website_id), team_id: String(team_id) });
		circles.push(idsIn(await readOnce(composing, path), 'operators'));
	}
	if (inbox_id) {
		const path = fillPath(inbox, { website_id: String(website_id), inbox_id: String(inbox_id) });
		circles.push(idsIn(await readOnce(composing, path), 'operators', 'team_operators'));
	}
	return operators.filter(({ user_id }) => circles.every((circle) => circle.includes(user_id)));
}

function idOf(given: string, operators: Operator[]): string {
	const isNamed = ({ user_id, email }: Operator) => user_id === given || email.toLowerCase() === given.toLowerCase();
	const found = operators.find(isNamed);
	if (found) return found.user_id;
	throw new UserError(`'Only Operators': no operator of this website is "${given}"`, {
		description: 'Give IDs or emails of operators of this website; "Operator: Get Many" lists them.',
	});
}

function idsIn(answer: unknown, ...names: string[]): string[] {
	const holder = Object(answer) as Record<string, unknown>;
	return names.flatMap((name) => (Array.isArray(holder[name]) ? holder[name].map(textIn) : []));
}

/** Fetches a resource once for all items of a run. */
async function readOnce(composing: Composing, path: string): Promise<unknown> {
	return await composing.shared(`answer of ${path}`, async () => await composing.client.send({ method: 'GET', path }));
}
