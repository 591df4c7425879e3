import { Crisp as Sdk } from 'crisp-api';
import type { Credential } from '../../nodes/shared/api/transport';
import { resetProcessState } from '../../nodes/shared/runtime/processState';
import { execute } from '../support/n8nContext';
import { asOneChoice, parametersFor } from './parameters';
import { Recorder, type Recorded } from './recorder';
import { bodyOf, composedRoutes, nameOf, routes, rowsOf, type Row } from './routes';
import { argumentLists } from './samples';

/** Calls of the SDK whose requests the node intentionally changes, or from which it omits fields. */
const exceptions: Record<string, (recorded: Recorded) => Recorded> = {
	// The SDK's types wrongly include fields of the response.
	'website.updateWebsiteSettings': without('websiteID'),
	'website.createNewTeam': without('team_id', 'created_at', 'updated_at'),
	'website.saveTeam': without('team_id', 'created_at', 'updated_at'),
	'website.createNewInbox': without('inbox_id', 'team_operators', 'created_at', 'updated_at'),
	'website.saveInbox': without('inbox_id', 'team_operators', 'created_at', 'updated_at'),
	'website.updateCampaignTemplate': without('template_id', 'type', 'created_at', 'updated_at'),
	'website.saveCampaignTemplate': without('template_id', 'type', 'created_at', 'updated_at'),
	'website.updateCampaign': withoutCampaignState(),
	'website.saveCampaign': withoutCampaignState(),
	// The node chooses the size of a page by its limit.
	'website.listConversations': asOneChoice,
	'website.listPeopleProfiles': withoutQuery('per_page'),
	'website.listCampaignStatistics': withoutQuery('per_page'),
	'media.listAnimationMedias': withoutQuery('per_page'),
	// Crisp does not document which messages it returns after a time: the node reads back to it and drops older ones.
	'website.getMessagesInConversation': withoutQuery('timestamp_after'),
	// Crisp determines the connection of a visitor itself; according to the reference it cannot be set.
	'website.updateConversationMetas': without('connection'),
	// The reference requires the action; the SDK omits it.
	'website.deliverWidgetDataFetchActionForConversation': withField('action', 'fetch'),
	'website.deliverWidgetDataEditActionForConversation': withField('action', 'edit'),
	// The SDK's type spells the name differently than the reference, as in the responses for operators.
	'website.sendEmailToWebsiteOperators': ({ body, ...rest }) => {
		const { userID, ...others } = body as Record<string, unknown>;
		return { ...rest, body: userID === undefined ? others : { ...others, recipient: 'user', user_id: userID } };
	},
};

function without(...names: string[]) {
	return (recorded: Recorded): Recorded => {
		const entries = Object.entries(recorded.body as object).filter(([name]) => !names.includes(name));
		return { ...recorded, body: Object.fromEntries(entries) as unknown };
	};
}

function withoutCampaignState() {
	const moments = ['created_at', 'updated_at', 'dispatched_at'];
	const state = ['ready', 'dispatched', 'running', 'progress', 'targets', 'reached', 'statistics'];
	return without('campaign_id', ...state, ...moments);
}

function withField(name: string, value: string) {
	return ({ body, ...rest }: Recorded): Recorded => ({ ...rest, body: { ...(body as object), [name]: value } });
}

function withoutQuery(name: string) {
	return (recorded: Recorded): Recorded => {
		const entries = Object.entries(recorded.query).filter(([other]) => other !== name);
		return { ...recorded, query: Object.fromEntries(entries) };
	};
}

/** The node adds a fingerprint to messages that the SDK sends without one. */
function withoutOwnFingerprint(ours: Recorded, theirs: Recorded): Recorded {
	const isMessage = theirs.path.endsWith('/message');
	const isGiven = (theirs.body as { fingerprint?: unknown } | undefined)?.fingerprint !== undefined;
	if (!isMessage || isGiven) return ours;
	expect(ours.body).toHaveProperty('fingerprint', expect.any(Number));
	return without('fingerprint')(ours);
}

const recorder = new Recorder();
beforeAll(async () => await recorder.open());
afterAll(async () => await recorder.close());

const credential = (): Credential => ({
	tier: 'plugin',
	identifier: 'identifier',
	key: 'sandbox-key',
	baseUrl: recorder.url,
});

async function askVendor(call: string, values: unknown[]): Promise<Recorded> {
	const client = new Sdk();
	client.setRestHost(recorder.url);
	client.authenticateTier('plugin', 'identifier', 'key');
	const [service = '', method = ''] = call.split('.');
	const services = client as unknown as Record<string, Record<string, (...given: unknown[]) => Promise<unknown>>>;
	await services[service]?.[method]?.(...values).catch(() => undefined);
	return recorder.takeOne();
}

/** Whether the form of an operation has a field for everything in the body. */
function holds({ operation: { body = {}, fixed = {} } }: Row, recorded: Recorded): boolean {
	if ('' in body) return true;
	const names = Object.keys((recorded.body as object | undefined) ?? {});
	const known = [...Object.keys(body).map((name) => name.split('.')[0]), ...Object.keys(fixed)];
	const sent = recorded.body as Record<string, unknown> | undefined;
	const isFixed = Object.entries(fixed).every(
		([name, value]) => JSON.stringify(sent?.[name]) === JSON.stringify(value),
	);
	return isFixed && names.every((name) => known.includes(name));
}

/** Those of composed operations are tested against the sandbox. */
const compared = routes.filter((route) => composedRoutes[nameOf(route)] === undefined);

const calls = compared.flatMap((route) =>
	(route.sdk ?? []).map((call) => ({ name: call.call, call, route, facts: bodyOf(route) })),
);

describe("the node sends the same request as Crisp's SDK", () => {
	it('is tested with all calls of the SDK but those of composed operations', () => {
		expect(calls).toHaveLength(225);
		expect(routes.flatMap(({ sdk }) => sdk ?? [])).toHaveLength(229);
	});

	it.each(calls)('$name', async ({ call, route, facts }) => {
		const except = exceptions[call.call] ?? ((recorded: Recorded) => recorded);
		for (const values of argumentLists(call, facts)) {
			const theirs = except(await askVendor(call.call, values));
			const able = rowsOf(route).filter((row) => holds(row, theirs));
			expect(able).not.toEqual([]);
			const faults: unknown[] = [];
			for (const { resource, key, operation } of able) {
				try {
					// Independent calls: a message does not wait for the one before it.
					resetProcessState();
					await execute({ credential: credential(), parameters: parametersFor(resource, key, operation, theirs) });
					const ours = except(withoutOwnFingerprint(recorder.takeOne(), theirs));
					expect(ours).toEqual(theirs);
				} catch (error) {
					faults.push(error);
				}
			}
			if (faults.length === able.length) throw faults[0];
		}
	});
});

describe("an error of Crisp's SDK", () => {
	const wild = 'a/../b?c=d';
	const website = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';

	it('is that it does not encode values in the path, so that a value can reach another route', async () => {
		const theirs = await askVendor('website.getPeopleProfile', [website, wild]);
		expect(theirs.path).toBe(`/v1/website/${website}/people/profile/b`);
		expect(theirs.query).toEqual({ c: 'd' });
	});

	it('is not in the node, which encodes each value as one segment', async () => {
		const parameters = {
			resource: 'person',
			operation: 'get',
			websiteId: { __rl: true, mode: 'id', value: website },
			peopleId: { __rl: true, mode: 'id', value: wild },
		};
		await execute({ credential: credential(), parameters });
		const ours = recorder.takeOne();
		expect(ours.path).toBe(`/v1/website/${website}/people/profile/${wild}`);
		expect(ours.query).toEqual({});
		expect(recorder.lastUrl).toContain('/people/profile/a%2F..%2Fb%3Fc%3Dd');
	});
});
