import { UserError, type IDataObject } from 'n8n-workflow';
import { asNodeError, isUncertain } from '../../../shared/errors/apiErrors';
import { withPartialResult } from '../../../shared/errors/partialResult';
import { conversationUrl } from '../../../shared/events/output';
import { named } from '../../../shared/events/vocabulary';
import { choice, flag, list, picker } from '../../operations/field';
import type { ComposedOperation, Composing } from '../../operations/operation';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { allowedOperators, readOperators, type Operator } from '../support/operators';
import { Workload } from '../support/workload';

export const assignToAvailable: ComposedOperation = {
	name: 'Assign to Available Operator',
	action: 'Assign a conversation to the least busy operator who is available',
	description: 'Assign the conversation to the online operator with the fewest open conversations',
	note: 'Takes a request for each item; once per execution, one to list the operators, which a plugin token has to be allowed to read, and at least one to count the conversations of each.',
	scope: 'website:conversation:routing',
	variables: ['website_id', 'session_id'],
	body: {
		if_none_available: choice(
			{ fail: 'Fail', leave: 'Leave the Conversation as It Is' },
			'What happens if no operator is available',
			{ label: 'If No Operator Is Available', required: true, fallback: 'fail' },
		),
		operators: list('The operators to choose from; all when empty', { label: 'Only Operators', picks: 'operator' }),
		team_id: picker('team', 'Only operators of this team', { label: 'Only Operators of Team' }),
		inbox_id: picker('inbox', 'Only operators who see this inbox', { label: 'Only Operators of Inbox' }),
		keep: flag('Whether a conversation that is assigned already stays as it is', { label: 'Keep Assigned' }),
		silent: flag('Whether the operator is not notified'),
	},
	returns: [
		'assigned',
		'assigned_operator_name',
		'assigned_operator_email',
		'changed',
		'conversation_url',
		'session_id',
		'website_id',
		'assigned_operator_id',
	],
	async compose(composing) {
		const [website_id, session_id] = [String(composing.values.website_id), String(composing.values.session_id)];
		// A retried item must not pass its conversation on to the next operator.
		const outcome = await composing.once('assignment', async () => await assign(composing));
		const { assigned, changed, user_id, name, email } = outcome;
		const json = named({
			assigned,
			assigned_operator_name: name,
			assigned_operator_email: email,
			changed,
			conversation_url: conversationUrl(website_id, session_id),
			session_id,
			website_id,
			assigned_operator_id: user_id,
		});
		return [{ json }];
	},
};

const routing = parseRoute('PATCH /v1/website/{website_id}/conversation/{session_id}/routing');

/** Whether an operator is assigned and whether it was done now, and who it is; null if no one is. */
interface Outcome {
	assigned: boolean;
	changed: boolean;
	user_id: string | null;
	name: string | null;
	email: string | null;
}

async function assign(composing: Composing): Promise<Outcome> {
	const { values, client } = composing;
	const website_id = String(values.website_id);
	const path = fillPath(routing, { website_id, session_id: String(values.session_id) });
	const everybody = await readOperators(composing);
	if (values.keep) {
		const { assigned } = (await client.send({ method: 'GET', path })) as { assigned?: IDataObject | null };
		if (assigned?.user_id) return outcomeOf(String(assigned.user_id), everybody, false);
	}
	const allowed = await allowedOperators(composing, everybody);
	const available = allowed.filter(({ isAvailable }) => isAvailable).map(({ user_id }) => user_id);
	if (available.length === 0) return noneAvailable(values, allowed.length);
	const workload = workloadOf(composing, website_id);
	// After a lost answer, the conversation may be assigned already: a retry must not choose anybody else.
	let isTaken = false;
	const user_id = await composing.once('choice of the operator', async () => {
		isTaken = true;
		return await workload.take(available);
	});
	const body = { assigned: { user_id }, ...(values.silent !== undefined && { silent: values.silent }) };
	try {
		await client.send({ method: 'PATCH', path, body });
	} catch (error) {
		if (isTaken) workload.giveBack(user_id);
		throw isUncertain(error) ? maybeAssigned(composing, error, user_id) : asNodeError(composing.node, error);
	}
	return outcomeOf(user_id, everybody, true);
}

function maybeAssigned({ node, values }: Composing, error: unknown, user_id: string): Error {
	const { session_id, website_id } = values;
	return withPartialResult(node, error, {
		message: `It is unclear whether the conversation was assigned to operator ${user_id}. Retry On Fail assigns it to the same operator.`,
		advice: `To assign it to the same operator in another execution, set 'Only Operators' to ${user_id}.`,
		result: named({ session_id, website_id, assigned_operator_id: user_id, done: [] }),
	});
}

function outcomeOf(user_id: string, operators: Operator[], changed: boolean): Outcome {
	const { name = null, email = null } = operators.find((operator) => operator.user_id === user_id) ?? {};
	return { assigned: true, changed, user_id, name, email };
}

function noneAvailable({ if_none_available }: IDataObject, inQuestion: number): Outcome {
	if (if_none_available === 'leave') {
		return { assigned: false, changed: false, user_id: null, name: null, email: null };
	}
	throw new UserError(`No operator is available (candidates: ${inQuestion}, online: 0)`, {
		description:
			"Check 'Only Operators', 'Only Operators of Team' and 'Only Operators of Inbox', or choose under 'If No Operator Is Available' to leave the conversation as it is.",
	});
}

const conversations = parseRoute('GET /v1/website/{website_id}/conversations/{page_number}');

/** Counts the unresolved conversations of each operator; shared by all items of a run. */
function workloadOf({ client, shared }: Composing, website_id: string): Workload {
	const path = fillPath(conversations, { website_id });
	const count = async (operator: string, most: number) => {
		const query = { filter_assigned: operator, filter_not_resolved: 1 };
		const request = { method: 'GET' as const, path, query };
		return (await client.list({ request, limit: most, entry: 'session_id', isSized: true })).length;
	};
	return shared(`workload of ${website_id}`, () => new Workload(count));
}
