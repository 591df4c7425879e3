import { control } from './api.js';
import { byId, element, fillLog, unseen } from './dom.js';
import { keep } from './kept.js';
import { said } from './said.js';

const NEW = 'new';
const TYPING_LASTS = 6000;

/** The chatbox; `state` belongs to main.js, and `wrote` is called with the conversation of each message that is sent. */
export function visitorPane(state, wrote) {
	let session = null;
	let toldAt = 0;
	const text = byId('visitor-text');
	const chooser = byId('visitor');
	const here = (more) => ({ website_id: state.websiteId, session_id: session, ...more });

	function be(sessionId) {
		session = sessionId;
		keep({ visitor: sessionId });
	}

	chooser.onchange = () => {
		be(chooser.value === NEW ? null : chooser.value);
		text.value = '';
		render();
		text.focus();
	};

	text.oninput = () => {
		if (!session || Date.now() - toldAt < 2000) return;
		toldAt = Date.now();
		control('/visitor/compose', here({ type: 'start', excerpt: text.value }));
	};

	byId('visitor-form').onsubmit = async (event) => {
		event.preventDefault();
		const message = text.value.trim();
		if (!message) return;
		text.value = '';
		toldAt = 0;
		// The user may choose another visitor during the requests.
		const writer = session;
		const from = { website_id: state.websiteId, session_id: writer ?? undefined };
		if (writer) await control('/visitor/compose', { ...from, type: 'stop' });
		const sent = await control('/visitor/message', { ...from, text: message });
		if (from.website_id !== state.websiteId) return;
		if (session === writer) be(sent.session_id);
		await wrote(sent.session_id);
	};

	function renderChooser() {
		const visitors = state.conversations.map(({ session_id: value, meta }) =>
			element('option', { value, textContent: meta.nickname }),
		);
		chooser.replaceChildren(element('option', { value: NEW, textContent: '+ a new visitor' }), ...visitors);
		chooser.value = session ?? NEW;
	}

	async function render() {
		const conversation = state.conversations.find(({ session_id }) => session_id === session);
		if (session && !conversation) {
			if (session === state.awaited) return undefined;
			be(null);
		}
		renderChooser();
		const log = byId('visitor-messages');
		if (!session) {
			const welcome = 'Hello! Write something and it appears in the inbox on the right.';
			return fillLog(log, [element('p', { className: 'welcome' }, welcome)]);
		}
		const asked = session;
		const messages = await control(`/conversations/${state.websiteId}/${session}/messages`);
		// The user may have chosen another visitor during the request.
		if (asked !== session || !Array.isArray(messages)) return undefined;
		const shown = messages.filter(({ type }) => type !== 'note' && type !== 'event');
		const choose =
			({ fingerprint }) =>
			(value) =>
				control('/visitor/choice', here({ fingerprint, value }));
		const entries = shown.map((message) => said(message, 'user', choose(message)));
		if (isTyping(conversation.compose.operator)) entries.push(dots());
		fillLog(log, entries);
		if (conversation.unread.visitor > 0) control('/visitor/read', here());
	}

	return { render, be };
}

const dots = () =>
	element('div', { className: 'typing' }, element('i'), element('i'), element('i'), unseen('The operator types'));

/** As in Crisp, a typing indicator expires after some seconds. */
export const isTyping = (compose) =>
	compose?.type === 'start' && Date.now() - compose.timestamp < TYPING_LASTS;
