import type { NodeApiError } from 'n8n-workflow';
import { routes, routeKey, type Tier } from '../../../sandbox/http/routes';
import { operationFor, resources } from '../../../nodes/Crisp/operations';
import { isComposed } from '../../../nodes/Crisp/operations/operation';
import { execute } from '../../support/n8nContext';
import { credentialFor, useSandbox } from '../../support/sandboxWorkspace';
import { schemaCases } from '../schemas/cases';

const sandbox = useSandbox();
const all: Tier[] = ['website', 'plugin', 'user'];
const label: Record<Tier, string> = { website: 'Website', plugin: 'Plugin', user: 'User' };

/** The only tier that Crisp accepts for an operation, as the sandbox knows it by route; composed operations name their own. */
function neededFor(name: string): Tier | undefined {
	const [resource = '', key = ''] = name.split('/');
	const operation = operationFor(resource, key);
	if (isComposed(operation)) return operation.tier ?? resources[resource]?.tier;
	const { method, path } = operation.route;
	const tiers = routes.find((route) => routeKey(route) === `${method} ${path}`)?.tiers ?? all;
	return tiers.length === 1 ? tiers[0] : undefined;
}

const cases = [...new Map(schemaCases().map((one) => [one.name, one])).values()].flatMap(({ name, parameters }) => {
	const needed = neededFor(name);
	return needed ? all.filter((tier) => tier !== needed).map((used) => ({ name, needed, used, parameters })) : [];
});

it('covers every operation for one tier', () => {
	const known = Object.entries(resources).flatMap(([resource, { operations, tier: whole }]) =>
		Object.entries(operations).flatMap(([key, { tier = whole }]) => (tier ? [`${resource}/${key}`] : [])),
	);
	expect([...new Set(cases.map(({ name }) => name))].sort()).toEqual(known.sort());
	expect(known.length).toBeGreaterThan(70);
});

describe('a token of another tier is refused, and the error says which tier is needed', () => {
	it.each(cases)('$name with a token of tier $used', async ({ needed, used, parameters }) => {
		const credential = credentialFor(sandbox.current, used);
		const error = await execute({ credential, parameters }).then(
			() => undefined,
			(thrown: NodeApiError) => thrown,
		);
		expect(error?.message).toMatch(/^The tier of the credential may not use this operation/);
		expect(error?.description).toContain(
			`Use a credential of tier ${label[needed]}. The one in use is of tier ${label[used]}.`,
		);
	});
});
