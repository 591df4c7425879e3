import type { IDataObject } from 'n8n-workflow';
import type { CrispRequest } from '../../../../nodes/shared/api/transport';
import { isOwnAction, recordingOwnActions } from '../../../../nodes/shared/events/loops/ownActions';
import { LastAnnounced } from '../../../../nodes/shared/events/loops/unchanged';
import { fingerprintFor } from '../../../../nodes/shared/events/fingerprint';
import { LoopGuard } from '../../../../nodes/shared/events/loops/loopGuard';
import { LoopBrake, usualMaxStarts } from '../../../../nodes/shared/events/loops/loopBrake';
import { errorOf, refused, serve, broken, ok, type Answer } from '../../../support/servers/servedTransport';

const minute = 60_000;
const data = (values: IDataObject, session = 'session_1'): CrispRequest => ({
	method: 'PATCH',
	path: `/v1/website/w/conversation/${session}/meta`,
	body: { data: values },
});
const announced = (values: IDataObject, session = 'session_1') => ({
	website_id: 'w',
	session_id: session,
	data: values,
});

/** Writes as a node of a workflow, at the time of the real clock. */
async function write(request: CrispRequest, workflow = 'one', answer: Answer = ok({})) {
	const { open } = serve(() => answer);
	const now = Date.now();
	const send = recordingOwnActions(open({ isPatient: false }), workflow, () => now);
	await send(request).catch(() => undefined);
	return now;
}

describe('an event', () => {
	it('that tells what the workflow wrote is its own, for a minute', async () => {
		const now = await write(data({ plan: 'gold', age: 3 }));
		const event = announced({ age: 3, plan: 'gold', other: 'kept' });
		expect(isOwnAction('one', 'session:set_data', event, now)).toBe(true);
		expect(isOwnAction('one', 'session:set_data', event, now + minute - 1)).toBe(true);
		expect(isOwnAction('one', 'session:set_data', event, now + minute + 1)).toBe(false);
	});

	it.each<[string, string, string, IDataObject]>([
		['another value', 'one', 'session:set_data', announced({ plan: 'silver' })],
		['a missing value', 'one', 'session:set_data', announced({})],
		['another conversation', 'one', 'session:set_data', announced({ plan: 'gold' }, 'session_2')],
		['another website', 'one', 'session:set_data', { ...announced({ plan: 'gold' }), website_id: 'v' }],
		['another event', 'one', 'session:set_segments', { ...announced({ plan: 'gold' }), segments: [] }],
		['another workflow', 'two', 'session:set_data', announced({ plan: 'gold' })],
	])('with %s is not', async (_, workflow, event, payload) => {
		const now = await write(data({ plan: 'gold' }));
		expect(isOwnAction(workflow, event, payload, now)).toBe(false);
	});

	it('before the write is not', async () => {
		expect(isOwnAction('one', 'session:set_data', announced({ plan: 'gold' }), Date.now())).toBe(false);
		await write(data({ plan: 'gold' }));
	});

	it('of a write that Crisp refused is not; of one that it may have executed is', async () => {
		const at = await write(data({ plan: 'gold' }), 'one', refused(400, 'invalid_data'));
		expect(isOwnAction('one', 'session:set_data', announced({ plan: 'gold' }), at)).toBe(false);
		const later = await write(data({ plan: 'gold' }), 'one', broken('ECONNRESET'));
		expect(isOwnAction('one', 'session:set_data', announced({ plan: 'gold' }), later)).toBe(true);
	});

	it('is its own while the request is still under way', async () => {
		const { open } = serve(async () => await new Promise<Answer>(() => undefined));
		const now = Date.now();
		void recordingOwnActions(open(), 'one', () => now)(data({ plan: 'gold' }));
		await Promise.resolve();
		expect(isOwnAction('one', 'session:set_data', announced({ plan: 'gold' }), now)).toBe(true);
	});

	it('of a person is found by ID and by email', async () => {
		const path = '/v1/website/w/people/profile/Una%40example.org';
		const now = await write({ method: 'PATCH', path, body: { segments: [] } });
		const event = { website_id: 'w', people_id: 'p', email: 'una@example.org' };
		expect(isOwnAction('one', 'people:profile:updated', event, now)).toBe(true);
	});

	it('leaves the error of the request as it is', async () => {
		const { open } = serve(() => refused(400, 'invalid_data'));
		const send = recordingOwnActions(open(), 'one', () => 0);
		expect((await errorOf(send(data({})))).message).toContain('invalid_data');
	});
});

describe('a value that is announced', () => {
	it('again unchanged is no change, per event and conversation', () => {
		const last = new LastAnnounced();
		const is = (event: string, payload: IDataObject) => last.isUnchanged(event, { website_id: 'w', ...payload });
		const sequence: Array<[string, IDataObject, boolean]> = [
			['session:set_data', { session_id: 's', data: { a: 1 } }, false],
			['session:set_data', { session_id: 's', data: { a: 1 } }, true],
			['session:set_data', { session_id: 't', data: { a: 1 } }, false],
			['session:set_data', { session_id: 's', data: { a: 2 } }, false],
			['session:set_data', { session_id: 's', data: { a: 1 } }, false],
			['session:set_subject', { session_id: 's', subject: 'x' }, false],
			['session:set_subject', { session_id: 's', subject: 'x' }, true],
			['message:send', { session_id: 's', content: 'x' }, false],
			['message:send', { session_id: 's', content: 'x' }, false],
			['session:set_inbox', { session_id: 's' }, false],
			['session:set_inbox', { session_id: 's' }, false],
		];
		expect(sequence.map(([event, payload]) => is(event, payload))).toEqual(sequence.map(([, , result]) => result));
	});
});

describe('the brake', () => {
	it('holds back the events of a conversation that started too often within a minute', () => {
		const brake = new LoopBrake();
		const checks = Array.from({ length: usualMaxStarts + 3 }, (_, index) => brake.check('s', index * 500));
		expect(checks.findIndex(({ isHeld }) => isHeld)).toBe(usualMaxStarts);
		expect(checks.filter(({ isNew }) => isNew)).toHaveLength(1);
		expect(brake.check('t', 25_000).isHeld).toBe(false);
	});

	it('is released after a minute without events', () => {
		const brake = new LoopBrake(2);
		for (const at of [0, 1, 2]) brake.check('s', at);
		expect(brake.check('s', 50_000).isHeld).toBe(true);
		expect(brake.check('s', 100_000).isHeld).toBe(true);
		expect(brake.check('s', 160_001).isHeld).toBe(false);
	});

	it('allows any number of starts over a longer time, and with 0 in a minute', () => {
		const slow = new LoopBrake(3);
		const off = new LoopBrake(0);
		for (let index = 0; index < 100; index++) {
			expect(slow.check('s', index * 20_001).isHeld).toBe(false);
			expect(off.check('s', index).isHeld).toBe(false);
		}
	});
});

describe('the guard of a trigger', () => {
	const guard = (more = {}) => {
		const held: string[] = [];
		const options = { workflowId: 'one', ignoresOwn: true, maxStarts: 3, clock: { now: () => 0 } };
		const onBrake = (event: string, target: string) => void held.push(`${event} ${target}`);
		return { held, guard: new LoopGuard({ ...options, ...more, onBrake }) };
	};
	const isBraked = (one: LoopGuard, event: string, payload: IDataObject, times = 10) =>
		Array.from({ length: times }, () => one.isBraked(event, { website_id: 'w', ...payload }, 'key of this n8n')).filter(
			Boolean,
		).length;
	const own = fingerprintFor('key of this n8n', ['a message']);

	it('brakes each conversation and each person separately, and reports it once', () => {
		const { held, guard: one } = guard();
		expect(isBraked(one, 'session:set_data', { session_id: 's' })).toBe(7);
		expect(isBraked(one, 'session:set_data', { session_id: 't' }, 3)).toBe(0);
		for (let person = 0; person < 50; person++) {
			expect(isBraked(one, 'people:profile:created', { people_id: `p${person}` }, 1)).toBe(0);
		}
		expect(held).toEqual(['session:set_data s']);
	});

	it.each<[string, string, IDataObject, boolean]>([
		['a message of a visitor', 'message:send', { from: 'user', fingerprint: 5 }, false],
		['a message of an operator', 'message:received', { from: 'operator', fingerprint: 5, origin: 'chat' }, false],
		['an own message', 'message:received', { from: 'operator', fingerprint: own, origin: 'chat' }, true],
		['an own message as visitor', 'message:send', { from: 'user', fingerprint: own, origin: 'chat' }, true],
		['a message of a bot', 'message:received', { from: 'operator', fingerprint: 5, automated: true }, true],
		['a key that a visitor presses', 'message:compose:send', {}, false],
		['a page that a visitor views', 'session:sync:pages', {}, false],
	])('counts %s: %s', (_, event, payload, isCounted) => {
		const { guard: one } = guard();
		expect(isBraked(one, event, { session_id: 's', ...payload })).toBe(isCounted ? 7 : 0);
	});
});

it('a value counts as unchanged only while no change can have been missed', () => {
	const last = new LastAnnounced(minute);
	const is = (now: number) => last.isUnchanged('session:set_subject', { session_id: 's', subject: 'a' }, now);
	expect([is(0), is(minute - 1), is(2 * minute)]).toEqual([false, true, false]);
	last.forget();
	expect(is(2 * minute)).toBe(false);
});
