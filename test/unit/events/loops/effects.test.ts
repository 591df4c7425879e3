import { resources } from '../../../../nodes/Crisp/operations';
import { events } from '../../../../nodes/shared/events/catalogue';
import { causes, effectsOf } from '../../../../nodes/shared/events/loops/effects';

const w = '/v1/website/w';
const conversation = `${w}/conversation/session_1`;

/** Routes that change something of which Crisp's realtime reference has no event. */
const withoutEvent = [
	/\/helpdesk(\/|$)/,
	/\/suggest\//,
	/\/(inbox|team|operator|operators|inboxes)(\/|$)/,
	/^\w+ \/v1\/user\//,
	/^\w+ \/v1\/website(\/\{website_id\})?$/,
	/\/(settings|expunge|analytics\/generate|verify\/settings|verify\/key)$/,
	/\/campaigns?\/template/,
	/\/campaign(s\/template)?(\/\{(campaign|template)_id\})?(\/(pause|test))?$/,
	/\/campaigns\/template/,
	/\/bill\/(usage|period)$|\/coupon$/,
	/^POST \/v1\/website\/\{website_id\}\/conversation$/,
	/\/(purge|tool|transcript)$/,
	/\/(browsing\/\{browsing_id\}(\/assist)?|call\/\{call_id\})$/,
	/\/people\/(events|export)\//,
	/\/visitors\/blocked\//,
];

const routes = Object.values(resources).flatMap(({ operations }) =>
	Object.values(operations).flatMap((operation) => ('route' in operation ? [operation.route] : [])),
);
const writing = [...new Set(routes.filter(({ method }) => !['GET', 'HEAD'].includes(method)))].map(
	({ method, path }) => `${method} ${path}`,
);

describe('the events that requests cause', () => {
	it('are listed for every operation that writes, or it is one without event', () => {
		const missing = writing.filter((route) => !(route in causes) && !withoutEvent.some((one) => one.test(route)));
		expect(missing).toEqual([]);
	});

	it('are events of the catalogue, caused by operations of the node', () => {
		const names = events.map(({ name }) => name);
		expect(Object.values(causes).flatMap((cause) => cause.events.filter((name) => !names.includes(name)))).toEqual([]);
		// Campaign: Dispatch is composed, and sends this one.
		const sent = [...writing, 'POST /v1/website/{website_id}/campaign/{campaign_id}/dispatch'];
		expect(Object.keys(causes).filter((route) => !sent.includes(route))).toEqual([]);
	});

	it.each<[string, string, object, Array<[string, string, object]>]>([
		[
			'PATCH',
			`${conversation}/state`,
			{ state: 'resolved' },
			[['session:set_state', 'session_1', { state: 'resolved' }]],
		],
		[
			'PATCH',
			`${conversation}/meta`,
			{ nickname: 'Una', data: { plan: 'gold' }, device: {} },
			[
				['session:set_nickname', 'session_1', { nickname: 'Una' }],
				['session:set_data', 'session_1', { data: { plan: 'gold' } }],
			],
		],
		[
			'PATCH',
			`${conversation}/meta`,
			{ email: 'una@example.org' },
			[
				['session:set_email', 'session_1', { email: 'una@example.org' }],
				['people:bind:session', 'session_1', {}],
				['people:profile:created', 'session_1', { email: 'una@example.org' }],
			],
		],
		[
			'PATCH',
			`${conversation}/routing`,
			{ assigned: null },
			[['session:set_routing', 'session_1', { routing_id: null }]],
		],
		[
			'PATCH',
			`${conversation}/routing`,
			{ assigned: { user_id: 'u' } },
			[['session:set_routing', 'session_1', { routing_id: 'u' }]],
		],
		[
			'PATCH',
			`${conversation}/message/-5`,
			{ content: 'new' },
			[['message:updated', 'session_1', { fingerprint: -5, content: 'new' }]],
		],
		['DELETE', `${conversation}/message/5`, {}, [['message:removed', 'session_1', { fingerprint: 5 }]]],
		['POST', `${conversation}/message`, { from: 'user', content: 'Hi' }, []],
		// A message changes the state only of some conversations: a visitor may reopen one soon after the answer of a bot.
		['POST', `${conversation}/message`, { from: 'operator', content: 'Hi' }, []],
		[
			'PATCH',
			`${w}/batch/resolve`,
			{ sessions: ['session_1', 'session_2'] },
			[
				['session:set_state', 'session_1', { state: 'resolved' }],
				['session:set_state', 'session_2', { state: 'resolved' }],
			],
		],
		['PATCH', `${w}/batch/resolve`, {}, [['session:set_state', '', { state: 'resolved' }]]],
		['PATCH', `${w}/people/profile/a%40example.org`, {}, [['people:profile:updated', 'a@example.org', {}]]],
		['GET', `${conversation}/state`, {}, []],
		['PATCH', `${w}/settings`, {}, []],
	])('follow from the request: %s %s', (method, path, body, expected) => {
		const made = effectsOf({ method: method as 'PATCH', path, body: body as never });
		expect(made).toEqual(expected.map(([event, target, fields]) => ({ event, website: 'w', target, fields })));
	});
});
