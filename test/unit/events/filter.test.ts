import type { IDataObject } from 'n8n-workflow';
import { passes, type Filter } from '../../../nodes/shared/events/filter';
import { toOutput } from '../../../nodes/shared/events/output';
import { fingerprintFor } from '../../../nodes/shared/events/fingerprint';

const own = fingerprintFor('instance', ['execution', 1]);
const foreign = fingerprintFor('another', ['execution', 1]);
const open: Filter = {
	websites: [],
	inboxes: [],
	segments: [],
	messageTypes: [],
	origins: [],
	ignoresOwn: true,
	ignoresAutomated: false,
	instanceId: 'instance',
};

const message: IDataObject = {
	website_id: 'w',
	session_id: 's',
	type: 'text',
	from: 'user',
	content: 'Hey :)',
	fingerprint: foreign,
	timestamp: 5,
	user: { nickname: 'visitor', user_id: 's' },
};

describe('a filter', () => {
	it.each<[string, string, IDataObject, Partial<Filter>, boolean]>([
		['a message', 'message:send', {}, {}, true],
		['a selected type', 'message:send', {}, { messageTypes: ['text', 'file'] }, true],
		['a type that is not selected', 'message:received', { type: 'note' }, { messageTypes: ['text'] }, false],
		['another event of any type', 'session:set_state', { type: undefined }, { messageTypes: ['text'] }, true],
		['the website', 'message:send', {}, { websites: ['v', 'w'] }, true],
		['another website', 'message:send', {}, { websites: ['x'] }, false],
		[
			'a bucket event of another website',
			'bucket:url:upload:generated',
			{ website_id: undefined, resource: { type: 'website', id: 'x' } },
			{ websites: ['v', 'w'] },
			false,
		],
		['an event without a website', 'media:animation:listed', { website_id: undefined }, { websites: ['v', 'w'] }, true],
		['a message sent by this n8n', 'message:received', { from: 'operator', fingerprint: own }, {}, false],
		[
			'a message sent by this n8n, if selected',
			'message:received',
			{ from: 'operator', fingerprint: own },
			{ ignoresOwn: false },
			true,
		],
		['a message sent by another n8n', 'message:received', { from: 'operator', fingerprint: foreign }, {}, true],
		['a bot', 'message:received', { automated: true }, {}, true],
		['a bot, if bots are excluded', 'message:received', { automated: true }, { ignoresAutomated: true }, false],
		['a person, if bots are excluded', 'message:send', {}, { ignoresAutomated: true }, true],
		['a selected inbox', 'message:send', { inbox_id: 'i' }, { inboxes: ['i'] }, true],
		[
			'an inbox that is not selected',
			'session:set_state',
			{ inbox_id: 'j', type: undefined },
			{ inboxes: ['i', 'main'] },
			false,
		],
		['the main inbox', 'message:send', { inbox_id: null }, { inboxes: ['main'] }, true],
		['no inbox at all', 'people:profile:created', { type: undefined }, { inboxes: ['i'] }, true],
		['the selected author', 'message:send', {}, { author: 'user' }, true],
		['an author who is not selected', 'message:received', { from: 'operator' }, { author: 'user' }, false],
		['the first message of an author who is not selected', 'message:first', {}, { author: 'operator' }, false],
		['another event of any author', 'session:set_state', { type: undefined }, { author: 'operator' }, true],
		['an origin', 'message:send', { origin: 'email' }, { origins: ['chat', 'email'] }, true],
		['another origin', 'message:send', { origin: 'chat' }, { origins: ['email'] }, false],
		['the beginning of a URN', 'message:send', { origin: 'urn:a:b:0' }, { origins: ['urn:a:b'] }, true],
		['the beginning of a URN with its colon', 'message:send', { origin: 'urn:a:b:0' }, { origins: ['urn:a:b:'] }, true],
		['the beginning of another name', 'message:send', { origin: 'urn:a:bc:0' }, { origins: ['urn:a:b'] }, false],
		['a visitor, even with a tag that matches', 'message:send', { fingerprint: own }, {}, true],
	])('%s', (_, name, more, filter, expected) => {
		expect(passes(name, { ...message, ...more }, { ...open, ...filter })).toBe(expected);
	});

	it.each<[string, string[] | undefined, string[], boolean]>([
		['one of the selected segments', ['vip', 'shop'], ['vip', 'press'], true],
		['other segments', ['shop'], ['vip'], false],
		['no segment', [], ['vip'], false],
		['segments, and none is selected', ['shop'], [], true],
		['neither conversation nor person, or segments that could not be fetched', undefined, ['vip'], true],
	])('%s', (_, segments, wanted, expected) => {
		expect(passes('message:send', message, { ...open, segments: wanted }, { segments })).toBe(expected);
	});
});

describe('the output', () => {
	it('has what most workflows need as flat fields, and the whole event', () => {
		expect(toOutput('message:send', message)).toEqual({
			event: 'message:send',
			website_id: 'w',
			session_id: 's',
			text: 'Hey :)',
			type: 'text',
			from: 'user',
			author: 'visitor',
			author_id: 's',
			fingerprint: foreign,
			timestamp: 5,
			conversation_url: 'https://app.crisp.chat/website/w/inbox/s/',
			data: message,
		});
	});

	it.each<[string, unknown, string | undefined]>([
		['a text', 'hi', 'hi'],
		['a picker', { id: 'q', text: 'Choose', choices: [] }, 'Choose'],
		['a file', { name: 'a.pdf', url: 'https://x/a.pdf', type: 'application/pdf' }, 'a.pdf'],
		['an animation', { url: 'https://x/a.gif', type: 'image/gif' }, 'https://x/a.gif'],
		['nothing', undefined, undefined],
	])('has the text of %s', (_, content, text) => {
		expect(toOutput('message:send', { ...message, content: content as IDataObject }).text).toBe(text);
	});

	it('has no URL without a conversation, and the session of a viewed email', () => {
		expect(toOutput('people:profile:created', { website_id: 'w', people_id: 'p' })).not.toHaveProperty(
			'conversation_url',
		);
		expect(toOutput('email:track:view', { website_id: 'w', type: 'session', identifier: 's' }).session_id).toBe('s');
		expect(toOutput('email:track:view', { website_id: 'w', type: 'campaign', identifier: 'c' })).not.toHaveProperty(
			'session_id',
		);
	});
});
