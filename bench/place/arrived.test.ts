import type { Announcement } from '../../sandbox/realtime/announce';
import { judge } from './arrived';

const said = (session_id: string, content: string): Announcement => ({
	event: 'message:received',
	websiteId: 'w',
	data: { session_id, content },
	timestamp: 0,
});

const wanted = ['a', 'b', 'a', 'b'].map((session_id, index) => ({ session_id, text: `${index}` }));

test('messages that arrive once, in their conversation and in order count as delivered', () => {
	const announced = [said('b', '1'), said('a', '0'), said('a', '2'), said('b', '3')];
	expect(judge(wanted, announced)).toEqual({ delivered: 4, doubled: 0, misplaced: 0, overtaken: 0 });
});

test('missing messages are not delivered, and other messages are ignored', () => {
	const announced = [said('a', '0'), said('a', 'Hello'), said('b', '3')];
	expect(judge(wanted, announced)).toEqual({ delivered: 2, doubled: 0, misplaced: 0, overtaken: 0 });
});

test('a message that arrives several times counts as doubled once, and never as overtaken', () => {
	const twice = [said('a', '0'), said('a', '2'), said('a', '0')];
	const thrice = [said('b', '1'), said('b', '1'), said('b', '1')];
	expect(judge(wanted, [...twice, ...thrice])).toEqual({ delivered: 3, doubled: 2, misplaced: 0, overtaken: 0 });
});

test('a message that arrives after a later one of its conversation counts as overtaken', () => {
	const announced = [said('a', '2'), said('a', '0'), said('b', '1'), said('b', '3')];
	expect(judge(wanted, announced)).toEqual({ delivered: 4, doubled: 0, misplaced: 0, overtaken: 1 });
});

test('a message in the wrong conversation counts as misplaced, not as delivered', () => {
	expect(judge(wanted, [said('b', '0')])).toEqual({ delivered: 0, doubled: 0, misplaced: 1, overtaken: 0 });
});

test('a changed subject counts like a message', () => {
	const set = { ...said('a', ''), event: 'session:set_subject', data: { session_id: 'a', subject: '0' } };
	expect(judge(wanted, [set]).delivered).toBe(1);
});
