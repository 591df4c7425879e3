import { readFileSync } from 'node:fs';
import { resources } from '../../nodes/Crisp/operations';
import { composedRoutes, nameOf, routes } from './routes';

interface TierFacts {
	sources: Record<string, string>;
	routes: Record<string, { tiers: string[]; source: string }>;
}

/** What sources say about tiers; collected independently of the operations table that it is compared with. */
const facts = JSON.parse(readFileSync('sandbox/data/tiers.json', 'utf8')) as TierFacts;

const onlyTier = (route: string) => {
	const { tiers = [] } = facts.routes[route] ?? {};
	return tiers.length === 1 ? tiers[0] : undefined;
};

const routeOfComposed = Object.fromEntries(Object.entries(composedRoutes).map(([route, name]) => [name, route]));

/** Each operation with its route; composed operations that read and write messages and people have none of their own. */
const operations = Object.entries(resources).flatMap(([resource, { operations: own, tier: whole }]) =>
	Object.entries(own).map(([key, operation]) => {
		const route = 'route' in operation ? nameOf(operation.route) : routeOfComposed[`${resource}.${key}`];
		return { name: `${resource}/${key}`, route: route ?? '', tier: operation.tier ?? whole };
	}),
);

it('the facts are complete: each is of a route, and has a source', () => {
	const names = routes.map(nameOf);
	const strange = Object.entries(facts.routes).filter(
		([route, { tiers, source }]) => !names.includes(route) || !(source in facts.sources) || tiers.length === 0,
	);
	expect(strange).toEqual([]);
	expect(Object.keys(facts.routes)).toHaveLength(234);
});

describe('an operation names a tier if its route accepts only that one', () => {
	it.each(operations)('$name', ({ route, tier }) => {
		expect(tier).toBe(onlyTier(route));
	});
});
