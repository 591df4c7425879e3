import { resources } from '../../nodes/Crisp/operations';
import { isComposed, type Operation, type TableOperation } from '../../nodes/Crisp/operations/operation';
import { pathFieldOf } from '../../nodes/Crisp/request/fieldsOf';
import { otherAnswers } from './otherAnswers';
import { fieldsNamed } from './outputTypes';
import { routeKey } from './routeKey';
import { flag, number, object, text, type Schema } from './schema';
import { vendorAnswers } from './vendorAnswers';

/** The fields of an object, in their order. */
type Properties = Record<string, Schema>;

/** Operations without a schema, with the reason. */
export const withoutSchema: Record<string, string> = {
	'message/keepTyping': 'The output is the input item',
	'file/getAllAnimations': 'The animations come as an event, the operation has no output',
};

/** The schema of each operation's output, by `resource/operation`. Throws for an operation whose output nothing describes. */
export function operationSchemas(): Map<string, Schema> {
	const answers = allAnswers();
	const schemas = new Map<string, Schema>();
	for (const [resource, { operations }] of Object.entries(resources)) {
		for (const [key, operation] of Object.entries(operations)) {
			const name = `${resource}/${key}`;
			if (name in withoutSchema) continue;
			const properties = propertiesOf(name, operation, answers);
			if (Object.keys(properties).length === 0) throw new Error(`The schema of ${name} has no fields`);
			schemas.set(name, object(properties));
		}
	}
	return schemas;
}

/** Crisp's answers by `routeKey`. Throws for a written one that the SDK types itself, or that belongs to no operation. */
function allAnswers(): Map<string, Schema> {
	const answers = new Map<string, Schema>();
	const all = Object.values(resources).flatMap(({ operations }) => Object.values(operations));
	const used = new Set(all.flatMap((operation) => ('route' in operation ? [keyOf(operation)] : [])));
	for (const [route, schema] of vendorAnswers()) if (schema) answers.set(route, schema);
	for (const [route, schema] of Object.entries(otherAnswers)) {
		const [method = '', path = ''] = route.split(' ');
		const key = routeKey(method, path);
		if (answers.has(key)) throw new Error(`Crisp's SDK types ${route}: remove it from scripts/schemas/otherAnswers.ts`);
		if (!used.has(key)) throw new Error(`No operation has the route ${route} of scripts/schemas/otherAnswers.ts`);
		answers.set(key, schema);
	}
	return answers;
}

const keyOf = ({ route }: TableOperation) => routeKey(route.method, route.path);

function propertiesOf(name: string, operation: Operation, answers: Map<string, Schema>): Properties {
	// "Simplify" is on unless a user switches it off.
	if (operation.simplify) return fieldsNamed(Object.keys(operation.simplify));
	if ('route' in operation) {
		const answer = withSecrets(operation, answered(name, operation, answers));
		return {
			...withTargets(operation, answer),
			...fieldsNamed(isComposed(operation) ? (operation.returns ?? []) : []),
		};
	}
	if (operation.returns) return fieldsNamed(operation.returns);
	throw new Error(`Nothing says what ${name} returns: give it 'returns' or 'simplify'`);
}

/** What `toEntries` of nodes/Crisp/execute/output.ts makes of the answer. */
function answered(name: string, operation: TableOperation, answers: Map<string, Schema>): Properties {
	const { route, entry = 'value' } = operation;
	if (route.method === 'HEAD') return { exists: flag };
	if (route.method === 'DELETE') return { deleted: flag };
	const answer = answers.get(keyOf(operation));
	const one = answer?.type === 'array' ? answer.items : answer;
	if (one?.type === 'object') return one.properties ?? {};
	if (one) return { [entry]: one };
	if (route.method !== 'GET') return { success: flag };
	throw new Error(
		`Crisp's SDK does not type the answer of ${name}: add ${route.method} ${route.path} to scripts/schemas/otherAnswers.ts, with its source`,
	);
}

/** Secrets of an answer have other names in the output. */
function withSecrets({ secretOutputs = {} }: TableOperation, properties: Properties): Properties {
	const whole = secretOutputs[''];
	if (whole !== undefined) return { [whole]: object(properties) };
	return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [secretOutputs[name] ?? name, schema]));
}

/** What `withTargets` of nodes/Crisp/execute/output.ts adds to the answer of a write. */
function withTargets(operation: TableOperation, properties: Properties): Properties {
	const { variables, route, body = {} } = operation;
	if (route.method === 'GET' || route.method === 'HEAD') return properties;
	const isMessage = variables.includes('session_id') && Object.keys(body).some((name) => /^content(\.|$)/.test(name));
	const output: Properties = isMessage ? { text, ...properties } : { ...properties };
	for (const name of variables) {
		const isHidden = name === 'page_number' || pathFieldOf(operation, name).field.kind === 'secret';
		if (!isHidden) output[name] ??= name === 'fingerprint' ? number : text;
	}
	const isConversation = 'website_id' in output && 'session_id' in output;
	if (isConversation && route.method !== 'DELETE') output.conversation_url ??= text;
	return output;
}
