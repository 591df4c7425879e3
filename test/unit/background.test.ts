import type { IDataObject } from 'n8n-workflow';
import { Inquiry, type InquiryOptions } from '../../nodes/shared/background';
import type { CrispRequest } from '../../nodes/shared/api/transport';
import { FakeClock, settled } from '../fakeClock';

type Answer = (request: CrispRequest) => unknown;

function begin(wants: Partial<InquiryOptions['wants']>, answer: Answer, isKept = true) {
	const requests: string[] = [];
	const troubles: unknown[] = [];
	const patience: boolean[] = [];
	const clock = new FakeClock();
	const inquiry = new Inquiry({
		wants: { segments: false, first: false, ...wants },
		isKept,
		clock,
		open: async (signal, isPatient) => async (request) => {
			requests.push(`${request.method} ${request.path}`);
			patience.push(isPatient);
			const cut = new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut'))));
			cut.catch(() => {});
			return await Promise.race([answer(request), cut]);
		},
		onTrouble: (error) => troubles.push(error),
	});
	return { inquiry, requests, troubles, patience, clock };
}

const message = (more: IDataObject = {}): IDataObject => ({
	website_id: 'w',
	session_id: 'session_1',
	from: 'user',
	fingerprint: 7,
	timestamp: 700,
	...more,
});

const vip = () => ({ segments: ['vip'] });
const fail = () => {
	throw new Error('down');
};

describe('the segments of what an event is about', () => {
	it('are those of the conversation, or of the person where there is none', async () => {
		const { inquiry, requests } = begin({ segments: true }, vip);
		expect(await inquiry.about('message:send', message())).toEqual({ segments: ['vip'] });
		expect(await inquiry.about('people:profile:created', { website_id: 'w', people_id: 'p' })).toEqual(vip());
		expect(await inquiry.about('website:update_visitors_count', { website_id: 'w' })).toEqual({});
		expect(requests).toEqual(['GET /v1/website/w/conversation/session_1/meta', 'GET /v1/website/w/people/profile/p']);
	});

	it('are asked once and then followed, until the line is lost', async () => {
		const { inquiry, requests } = begin({ segments: true }, vip);
		const ask = async () => (await inquiry.about('message:send', message())).segments;
		expect([await ask(), await ask()]).toEqual([['vip'], ['vip']]);
		await inquiry.about('session:set_segments', message({ segments: ['press'] }));
		expect([await ask(), requests.length]).toEqual([['press'], 1]);
		inquiry.forget();
		expect([await ask(), requests.length]).toEqual([['vip'], 2]);
	});

	it('are asked each time where nothing tells of changes', async () => {
		const { inquiry, requests } = begin({ segments: true }, vip, false);
		await inquiry.about('message:send', message());
		await inquiry.about('message:send', message());
		expect(requests).toHaveLength(2);
	});

	it('that are set while Crisp is asked are not replaced by what it answers', async () => {
		let answer: (answer: unknown) => void = () => {};
		const { inquiry } = begin({ segments: true }, async () => await new Promise((resolve) => (answer = resolve)));
		const asked = inquiry.about('message:send', message());
		await settled();
		await inquiry.about('session:set_segments', message({ segments: ['press'] }));
		answer(vip());
		await asked;
		expect(await inquiry.about('message:send', message())).toEqual({ segments: ['press'] });
	});

	it('are unknown where Crisp cannot be asked, which is said', async () => {
		const { inquiry, troubles } = begin({ segments: true }, fail);
		expect(await inquiry.about('message:send', message())).toEqual({});
		expect(troubles).toEqual([new Error('down')]);
	});

	it('are not asked at an address that an event made up', async () => {
		const { inquiry, requests, troubles } = begin({ segments: true }, vip);
		expect(await inquiry.about('message:send', message({ session_id: '../../x' }))).toEqual(vip());
		expect(await inquiry.about('message:send', message({ session_id: '..' }))).toEqual({});
		expect(await inquiry.about('message:send', message({ session_id: { toString: 1 } }))).toEqual({});
		expect(requests).toEqual(['GET /v1/website/w/conversation/..%2F..%2Fx/meta']);
		expect(troubles).toHaveLength(1);
	});
});

describe('the first message of a visitor', () => {
	/** Answers messages before a moment, two at a time, as Crisp does with twenty. */
	const conversation =
		(...messages: Array<[from: string, timestamp: number]>): Answer =>
		({ query }) =>
			messages
				.map(([from, timestamp]) => ({ from, timestamp, fingerprint: timestamp / 100 }))
				.filter(({ timestamp }) => timestamp < Number(query?.timestamp_before))
				.slice(-2);

	it.each<[string, Answer, boolean]>([
		['nothing was written before', conversation(['user', 700]), true],
		['only operators wrote before', conversation(['operator', 100], ['operator', 200], ['operator', 300]), true],
		['a visitor wrote before', conversation(['user', 100]), false],
		[
			'a visitor wrote long before',
			conversation(['user', 100], ['operator', 200], ['operator', 300], ['operator', 400], ['operator', 500]),
			false,
		],
		['a visitor wrote after it', conversation(['user', 800]), true],
	])('where %s', async (_, answer, isFirst) => {
		const { inquiry } = begin({ first: true }, answer);
		expect(await inquiry.about('message:send', message())).toEqual({ isFirst });
	});

	it('is the same for whoever asks about it, while Crisp is asked and later', async () => {
		const { inquiry, requests } = begin({ first: true }, conversation());
		const answers = await Promise.all(
			[message(), message()].map(async (one) => await inquiry.about('message:send', one)),
		);
		answers.push(await inquiry.about('message:send', message()));
		expect(answers).toEqual([{ isFirst: true }, { isFirst: true }, { isFirst: true }]);
		expect(requests).toHaveLength(1);
	});

	it('comes once, whatever comes while Crisp is asked, and is asked for once', async () => {
		const { inquiry, requests } = begin({ first: true }, conversation());
		const both = [message(), message({ fingerprint: 8, timestamp: 701 })];
		const answers = await Promise.all(both.map(async (one) => await inquiry.about('message:send', one)));
		expect(answers).toEqual([{ isFirst: true }, { isFirst: false }]);
		expect(requests).toHaveLength(1);
	});

	it('counts as such where Crisp cannot be asked, and only visitors have one', async () => {
		const { inquiry, troubles } = begin({ first: true }, fail);
		expect(await inquiry.about('message:received', message())).toEqual({});
		expect(await inquiry.about('message:send', message())).toEqual({ isFirst: true });
		expect(troubles).toHaveLength(1);
	});
});

describe('a Crisp that does not answer', () => {
	const silence = async () => await new Promise(() => {});

	it('is waited for five seconds, and left alone for a minute', async () => {
		const { inquiry, requests, troubles, clock } = begin({ segments: true }, silence);
		const asked = inquiry.about('message:send', message());
		await clock.advance(5_000);
		expect(await asked).toEqual({});
		await clock.advance(59_999);
		expect(await inquiry.about('message:send', message({ session_id: 'session_2' }))).toEqual({});
		expect([requests.length, troubles]).toEqual([1, [new Error('no answer in time')]]);
		await clock.advance(1);
		void inquiry.about('message:send', message({ session_id: 'session_3' }));
		await settled();
		expect(requests).toHaveLength(2);
	});

	it('is waited for as long as it takes where nobody waits', async () => {
		const { inquiry, patience, troubles, clock } = begin({ segments: true }, silence);
		void inquiry.about('message:send', message(), true);
		await clock.advance(600_000);
		expect([patience, troubles]).toEqual([[true], []]);
	});

	it('is asked ten things at once at most', async () => {
		const { inquiry, requests } = begin({ segments: true }, silence);
		for (let index = 0; index < 30; index++)
			void inquiry.about('message:send', message({ session_id: `session_${index}` }));
		await settled();
		expect(requests).toHaveLength(10);
	});
});

it('what was asked before the line was lost is not kept', async () => {
	let answer: (answer: unknown) => void = () => {};
	const { inquiry, requests } = begin(
		{ segments: true },
		async () => await new Promise((resolve) => (answer = resolve)),
	);
	const asked = inquiry.about('message:send', message());
	await settled();
	inquiry.forget();
	answer(vip());
	await asked;
	void inquiry.about('message:send', message());
	await settled();
	expect(requests).toHaveLength(2);
});

it('nothing is asked that is not wanted', () => {
	expect(begin({}, vip).inquiry.isNeeded).toBe(false);
	expect(begin({ segments: true }, vip).inquiry.isNeeded).toBe(true);
	expect(begin({ first: true }, vip).inquiry.isNeeded).toBe(true);
});
