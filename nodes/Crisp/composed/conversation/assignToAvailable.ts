import { UserError, type IDataObject } from 'n8n-workflow';
import { asNodeError } from '../../../shared/errors/apiErrors';
import { choice, flag, list, picker } from '../../operations/field';
import type { ComposedOperation, Composing } from '../../operations/operation';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { allowedOperators, readOperators, type Operator } from '../support/operators';
import { Workload } from '../support/workload';

export const assignToAvailable: ComposedOperation = {
	name: 'Assign to Available Operator',
	action: 'Assign a conversation to the least busy operator who is available',
	// Costs: a request for each item; once per execution, one to list the operators (a plugin token needs the scope to
	// read them) and at least one to count the conversations of each.
	description: 'Assigns the conversation to the online operator with the fewest open conversations.',
	scope: 'website:conversation:routing',
	variables: ['website_id', 'session_id'],
	body: {
		when_nobody: choice(
			{ fail: 'Fail', leave: 'Leave the Conversation as It Is' },
			'What happens if no operator is available',
			{ label: 'When Nobody Is Available', required: true, fallback: 'fail' },
		),
		operators: list('IDs or emails of the operators to choose from, separated by commas; all when empty', {
			label: 'Only Operators',
		}),
		team_id: picker('team', 'Only operators of this team', { label: 'Only of Team' }),
		inbox_id: picker('inbox', 'Only operators who see this inbox', { label: 'Only of Inbox' }),
		keep: flag('Whether a conversation that is assigned already stays as it is; costs one more request', {
			label: 'Keep Assigned',
		}),
		silent: flag('Whether the operator is not notified'),
	},
	async compose(composing) {
		const { session_id, website_id } = composing.values;
		// A retried item must not pass its conversation on to the next operator.
		const outcome = await composing.once('assignment', async () => await assign(composing));
		return [{ json: { session_id, website_id, ...outcome } }];
	},
};

const routing = parseRoute('PATCH /v1/website/{website_id}/conversation/{session_id}/routing');

async function assign(composing: Composing): Promise<IDataObject> {
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
	if (available.length === 0) return nobody(values, allowed.length);
	const workload = workloadOf(composing, website_id);
	const user_id = await workload.take(available);
	const body = { assigned: { user_id }, ...(values.silent !== undefined && { silent: values.silent }) };
	try {
		await client.send({ method: 'PATCH', path, body });
	} catch (error) {
		workload.giveBack(user_id);
		throw asNodeError(composing.node, error);
	}
	return outcomeOf(user_id, everybody, true);
}

function outcomeOf(user_id: string, operators: Operator[], changed: boolean): IDataObject {
	const { name = null, email = null } = operators.find((operator) => operator.user_id === user_id) ?? {};
	return { assigned: true, changed, user_id, operator_name: name, operator_email: email };
}

function nobody({ when_nobody }: IDataObject, inQuestion: number): IDataObject {
	if (when_nobody === 'leave') {
		return { assigned: false, changed: false, user_id: null, operator_name: null, operator_email: null };
	}
	throw new UserError(`No operator is available (candidates: ${inQuestion}, online: 0)`, {
		description:
			"Check 'Only Operators', 'Only of Team' and 'Only of Inbox', or choose under 'When Nobody Is Available' to leave the conversation as it is.",
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
