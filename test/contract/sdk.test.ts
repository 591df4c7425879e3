import { Crisp as Sdk } from 'crisp-api';
import { readFileSync } from 'node:fs';
import { resources } from '../../nodes/Crisp/operations';
import { isComposed, type TableOperation } from '../../nodes/Crisp/operation';
import type { Credential } from '../../nodes/shared/transport';
import { execute } from '../engine/n8n';
import { parametersFor } from './parameters';
import { Recorder, type Recorded } from './recorder';
import { argumentLists, type Call, type FieldFacts } from './samples';

interface RouteFacts {
	method: string;
	path: string;
	body?: Record<string, FieldFacts>;
	sdk?: Call[];
	seed?: string[];
}

const routes = JSON.parse(readFileSync('sandbox/data/routes.json', 'utf8')) as RouteFacts[];
const seedRoutes = routes.filter(({ seed }) => seed);

/** Where the node leaves out on purpose what the vendor's call can send. */
const exceptions: Record<string, (recorded: Recorded) => Recorded> = {
	// The type of the call has the answer's ID among the fields to change.
	'website.updateWebsiteSettings': without('websiteID'),
	// The node chooses the size of a page by its limit.
	'website.listConversations': withoutQuery('per_page'),
	'website.listPeopleProfiles': withoutQuery('per_page'),
	// Crisp finds out by itself how a visitor is connected; the reference does not let anybody set it.
	'website.updateConversationMetas': without('connection'),
};

function without(name: string) {
	return (recorded: Recorded): Recorded => {
		const { [name]: _, ...body } = recorded.body as Record<string, unknown>;
		return { ...recorded, body };
	};
}

function withoutQuery(name: string) {
	return (recorded: Recorded): Recorded => {
		const { [name]: _, ...query } = recorded.query;
		return { ...recorded, query };
	};
}

/** Where the vendor sends a message without a fingerprint, the node gives it one. */
function withoutOwnFingerprint(ours: Recorded, theirs: Recorded): Recorded {
	const isLeftOut = (theirs.body as { content?: unknown } | undefined)?.content !== undefined;
	const isGiven = (theirs.body as { fingerprint?: unknown } | undefined)?.fingerprint !== undefined;
	if (!isLeftOut || isGiven) return ours;
	expect(ours.body).toHaveProperty('fingerprint', expect.any(Number));
	return without('fingerprint')(ours);
}

const recorder = new Recorder();
beforeAll(async () => await recorder.open());
afterAll(async () => await recorder.close());

const credential = (): Credential => ({
	tier: 'plugin',
	identifier: 'identifier',
	key: 'key',
	baseUrl: recorder.url,
});

function sdk(): Record<string, Record<string, (...values: unknown[]) => Promise<unknown>>> {
	const client = new Sdk();
	client.setRestHost(recorder.url);
	client.authenticateTier('plugin', 'identifier', 'key');
	return client as never;
}

const operations = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) =>
		isComposed(operation) ? [] : [{ resource, key, operation }],
	),
);

function operationsOf({ method, path }: RouteFacts) {
	return operations.filter(({ operation: { route } }) => route.method === method && route.path === path);
}

describe('every route of the original wrapper', () => {
	it.each(seedRoutes)('$method $path is an operation', (route) => {
		expect(operationsOf(route)).not.toEqual([]);
	});

	it('counts 47 calls of that wrapper', () => {
		expect(seedRoutes.flatMap(({ seed }) => seed)).toHaveLength(47);
	});
});

describe('an update sends nothing that the user did not set', () => {
	const updates = operations.filter(({ operation }) => operation.route.method === 'PATCH');
	it.each(updates)('$resource/$key', ({ operation }) => {
		const facts = routes.find(
			({ method, path }) => method === operation.route.method && path === operation.route.path,
		);
		for (const [name, field] of Object.entries(operation.body ?? {})) {
			const isNeeded = facts?.body?.[name]?.required ?? false;
			if (!field.required && !isNeeded) expect([name, field.fallback]).toEqual([name, undefined]);
		}
	});
});

const calls = routes.flatMap((route) =>
	operationsOf(route)
		.filter(({ operation }) => !operation.fixed)
		.flatMap((found) =>
			(route.sdk ?? []).map((call) => ({ ...found, name: call.call, call, facts: route.body ?? {} })),
		),
);

describe("our request is the vendor's, after parsing", () => {
	it.each(calls)('$name as $resource/$key', async ({ resource, key, operation, call, facts }) => {
		const [service = '', method = ''] = call.call.split('.');
		for (const values of argumentLists(call, facts)) {
			await (sdk()[service]?.[method] as (...given: unknown[]) => Promise<unknown>)
				.apply(sdk()[service], values)
				.catch(() => undefined);
			const except = exceptions[call.call] ?? ((recorded: Recorded) => recorded);
			const theirs = except(recorder.takeOne());
			const parameters = parametersFor(resource, key, operation as TableOperation, theirs);
			await execute({ credential: credential(), parameters });
			const ours = withoutOwnFingerprint(recorder.takeOne(), theirs);
			expect(except(ours)).toEqual(theirs);
		}
	});
});
