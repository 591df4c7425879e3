import fc from 'fast-check';
import { receive } from '../../nodes/CrispWebhookTrigger/receive';
import { resetProcessState } from '../../nodes/shared/runtime/processState';
import { FakeClock } from '../support/fakeClock';
import { FakeResponse, webhookContext } from '../support/fakeResponse';
import './strangers';

/**
 * Crisp delivers an event several times, at random moments; n8n starts an execution for what the node hands over, or
 * fails, after a random time; and connections close early. In any order, the event starts the workflow exactly once
 * if n8n accepts any delivery, under the name that it had the first time.
 */

/** What n8n does with an execution that it is handed. */
interface Fate {
	/** When n8n responds, in seconds after the delivery; less than the quarter of an hour after which the node stops waiting. */
	takes: number;
	isAccepted: boolean;
	/** After how many seconds Crisp closes the connection. */
	closes?: number;
}

interface Arrival extends Fate {
	/** Seconds after the first delivery. */
	at: number;
	event: 'opened' | 'resolved';
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
	at: fc.nat({ max: 120 }),
	event: fc.constantFrom('opened', 'resolved'),
	takes: fc.nat({ max: 60 }),
	isAccepted: fc.boolean(),
	closes: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
});

const bodies = {
	opened: { event: 'session:set_state', data: { session_id: 's', state: 'unresolved' }, timestamp: 1 },
	resolved: { event: 'session:set_state', data: { session_id: 's', state: 'resolved' }, timestamp: 2 },
};

const bodyOf = (event: Arrival['event']) => JSON.stringify({ website_id: 'w', ...bodies[event] });

interface Answered {
	event: Arrival['event'];
	status: number;
	reason?: string;
	/** What started, if n8n accepted it. */
	started?: string[];
}

/** Runs the node as n8n does, in simulated time. */
async function happen(arrivals: Arrival[]): Promise<Answered[]> {
	resetProcessState();
	const clock = new FakeClock();
	const all: Answered[] = [];
	for (const one of arrivals) {
		void clock.sleep(one.at * 1_000).then(async () => {
			const response = new FakeResponse((reason, status) => all.push({ event: one.event, status, reason }));
			if (one.closes !== undefined) void clock.sleep(one.closes * 1_000).then(() => response.close());
			const given = await receive(webhookContext({ body: bodyOf(one.event), response }), { clock });
			if (!given.workflowData) return;
			await clock.sleep(one.takes * 1_000);
			const started = given.workflowData.flat().map(({ json }) => String(json.event));
			all.push({ event: one.event, status: one.isAccepted ? 200 : 500, ...(one.isAccepted && { started }) });
			response.end(one.isAccepted ? 200 : 500);
		});
	}
	await clock.advance(3_600_000);
	return all;
}

it('an event that is delivered several times starts exactly once if n8n accepts any delivery', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 6 }), async (arrivals) => {
			const answered = await happen(arrivals);
			expect(answered).toHaveLength(arrivals.length);
			for (const event of ['opened', 'resolved'] as const) {
				const ofEvent = answered.filter((one) => one.event === event);
				const starts = ofEvent.filter(({ started }) => started);
				expect(starts.length).toBeLessThanOrEqual(1);
				// An answer with 200 promises that the event has started or was accepted.
				expect(starts).toHaveLength(ofEvent.some(({ status }) => status === 200) ? 1 : 0);
				if (event === 'resolved') {
					for (const { started } of starts) expect(started).toEqual(['session:set_state', 'conversation:resolved']);
				}
				for (const { reason } of ofEvent) expect([undefined, 'known', 'starting']).toContain(reason);
			}
		}),
		{ numRuns: 300 },
	);
});

it('an event that n8n refuses starts when it comes again, no matter what came between', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(arrival, { maxLength: 4 }), arrival, async (before, last) => {
			const final: Arrival = { ...last, at: 300, isAccepted: true };
			const answered = await happen([...before, final]);
			expect(answered.filter(({ event, started }) => event === last.event && started)).toHaveLength(1);
		}),
	);
});
