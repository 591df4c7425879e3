import { readFileSync } from 'node:fs';
import { startSandbox, type Sandbox } from '../../sandbox';
import { routes, routeKey, type Tier } from '../../sandbox/http/routes';
import { addressOf, call } from './client';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ page: false });
});
afterAll(() => sandbox.close());

const all: Tier[] = ['website', 'plugin', 'user'];
const documented = (
	JSON.parse(readFileSync('sandbox/data/tiers.json', 'utf8')) as { routes: Record<string, { tiers: Tier[] }> }
).routes;

const requestOf = (route: string) => route.replace(/ (.*)/, (_, path: string) => ` ${addressOf(path)}`);
const restricted = Object.entries(documented).flatMap(([route, { tiers }]) =>
	tiers.length === 1 ? [{ route, needed: tiers[0] as Tier }] : [],
);

test('the data restricts many routes', () => {
	expect(restricted.length).toBeGreaterThan(70);
});

describe('a route that accepts one tier refuses the others', () => {
	test.each(restricted)('$route', async ({ route, needed }) => {
		for (const tier of all.filter((other) => other !== needed)) {
			const { status, reason, data } = await call(sandbox, tier, requestOf(route));
			expect({ tier, status }).toEqual({ tier, status: 403 });
			// The answer to a HEAD request has no body.
			if (route.startsWith('HEAD ')) continue;
			expect(reason).toBe('restricted_route_tier');
			expect(data).toEqual({ message: `this route needs a token of tier ${needed}` });
		}
	});
});

test('every other route refuses no tier', async () => {
	const open = routes.map(routeKey).filter((route) => documented[route] && documented[route].tiers.length > 1);
	expect(open.length).toBeGreaterThan(150);
	for (const route of open) {
		for (const tier of all) {
			const { reason } = await call(sandbox, tier, requestOf(route));
			expect({ route, tier, reason }).not.toEqual({ route, tier, reason: 'restricted_route_tier' });
		}
	}
});

test('the README lists the routes whose tiers no source names', () => {
	const page = readFileSync('sandbox/README.md', 'utf8');
	const [, list = ''] = /<!-- tiers unknown -->\n+```\n([^`]*)```/.exec(page) ?? [];
	// The routes without a source are those of the realtime client, which has no other way to name its tier.
	const ofRealtimeClient = ['GET /v1/website/connect/endpoints', 'GET /v1/user/connect/endpoints'];
	const unknown = routes.map(routeKey).filter((route) => !documented[route] && !ofRealtimeClient.includes(route));
	expect(list.trim().split('\n').sort()).toEqual(unknown.sort());
});
