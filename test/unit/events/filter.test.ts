import type { IDataObject } from 'n8n-workflow';
import { passes, type Filter } from '../../../nodes/shared/events/selection/filter';
import { toOutput } from '../../../nodes/shared/events/output';
import { fingerprintFor } from '../../../nodes/shared/events/fingerprint';
import { openFilter as open } from '../../support/fixtures/openFilter';

const own = fingerprintFor(open.ownKey, ['execution', 1]);
const foreign = fingerprintFor('another', ['execution', 1]);
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
		[
			'a bot of Crisp, by its origin',
			'message:received',
			{ from: 'operator', origin: 'urn:crisp.im:bot:0' },
			{ ignoresAutomated: true },
			false,
		],
		[
			'an automation of Crisp, by its origin',
			'message:received',
			{ from: 'operator', origin: 'urn:crisp.im:triggers:0' },
			{ ignoresAutomated: true },
			false,
		],
		[
			'a plugin of another vendor',
			'message:received',
			{ from: 'operator', origin: 'urn:greenn:assistant:0' },
			{ ignoresAutomated: true },
			false,
		],
		[
			'a plugin with a short URN',
			'message:received',
			{ from: 'operator', origin: 'urn:pass-sport' },
			{ ignoresAutomated: true },
			false,
		],
		[
			'a plugin whose vendor has a similar name',
			'message:received',
			{ from: 'operator', origin: 'urn:crisp.im.x:a:0' },
			{ ignoresAutomated: true },
			false,
		],
		[
			'an operator who answers in Slack',
			'message:received',
			{ from: 'operator', origin: 'urn:crisp.im:slack:0' },
			{ ignoresAutomated: true },
			true,
		],
		[
			'an operator who answers by email',
			'message:received',
			{ from: 'operator', origin: 'email' },
			{ ignoresAutomated: true },
			true,
		],
		[
			'a visitor who writes over the plugin of another vendor',
			'message:send',
			{ origin: 'urn:acme:line:0' },
			{ ignoresAutomated: true },
			true,
		],
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
		['an ignored origin', 'message:received', { origin: 'urn:a:b:0' }, { ignoredOrigins: ['chat', 'urn:a:b'] }, false],
		[
			'an origin that is not ignored',
			'message:received',
			{ origin: 'urn:a:bc:0' },
			{ ignoredOrigins: ['urn:a:b'] },
			true,
		],
		[
			'an ignored origin among the wanted',
			'message:send',
			{ origin: 'urn:a:b' },
			{ origins: ['urn:a'], ignoredOrigins: ['urn:a:b'] },
			false,
		],
		[
			'another event of an ignored origin',
			'session:set_origin',
			{ origin: 'chat' },
			{ ignoredOrigins: ['chat'] },
			true,
		],
		[
			'a file without a type, by its content',
			'message:send',
			{ type: undefined, content: { url: 'https://x/a' } },
			{ messageTypes: ['text'] },
			false,
		],
		[
			'a picker without a type, by its content',
			'message:send',
			{ type: undefined, content: { text: 'x', choices: [] } },
			{ messageTypes: ['picker'] },
			true,
		],
		['an unknown type', 'message:send', { type: undefined, content: { new: 1 } }, { messageTypes: ['text'] }, true],
		['an unknown origin', 'message:send', { origin: undefined }, { origins: ['chat'] }, true],
		['the beginning of another name', 'message:send', { origin: 'urn:a:bc:0' }, { origins: ['urn:a:b'] }, false],
		['a visitor, in whose name this n8n wrote', 'message:send', { fingerprint: own }, {}, false],
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
			name: 'visitor',
			sent_at: '1970-01-01T00:00:00.005Z',
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
