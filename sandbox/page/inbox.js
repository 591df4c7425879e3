import { crisp } from './api.js';
import { ago, avatar, byId, element, fillLog, press, refill, unseen } from './dom.js';
import { keep } from './kept.js';
import { said } from './said.js';
import { isTyping } from './visitor.js';

/** The list of conversations, the open conversation, and the details of its visitor. */
export function inboxPane(state, refresh) {
	let session = null;
	let kind = 'text';
	const text = byId('operator-text');
	const address = () => `${state.websiteId}/conversation/${session}`;
	const change = async (method, what, body) => {
		await crisp(method, `${address()}/${what}`, body);
		refresh();
	};
	const opened = () => state.conversations.find(({ session_id }) => session_id === session);
	/** What was written and not sent, by conversation. */
	const drafts = new Map();

	function open(sessionId) {
		if (sessionId === session) return;
		drafts.set(session, text.value);
		text.value = drafts.get(sessionId) ?? '';
		session = sessionId;
		keep({ conversation: sessionId });
		byId('thread-messages').replaceChildren();
	}

	/** As in Crisp, an operator who chooses a conversation has read it. */
	async function choose(sessionId) {
		open(sessionId);
		await render();
		if (opened()?.unread.operator > 0) change('PATCH', 'read', { from: 'user', origin: 'chat' });
	}

	for (const each of ['text', 'note']) byId(`kind-${each}`).onclick = () => write(each);

	function write(chosen) {
		kind = chosen;
		byId('composer').classList.toggle('is-note', kind === 'note');
		for (const each of ['text', 'note']) press(byId(`kind-${each}`), each === kind);
		text.placeholder = kind === 'note' ? 'Only operators see this…' : 'Reply to the visitor…';
		text.focus();
	}

	let toldAt = 0;
	text.oninput = () => {
		if (kind === 'note' || !session || Date.now() - toldAt < 2000) return;
		toldAt = Date.now();
		change('PATCH', 'compose', { type: 'start', from: 'operator' });
	};
	text.onkeydown = (event) => {
		if (event.key === 'Enter' && !event.shiftKey) {
			event.preventDefault();
			byId('composer').requestSubmit();
		}
	};
	byId('composer').onsubmit = async (event) => {
		event.preventDefault();
		const content = text.value.trim();
		if (!content || !session) return;
		text.value = '';
		toldAt = 0;
		// Another conversation may be opened during the requests.
		const [to, type] = [address(), kind];
		if (type === 'text') await crisp('PATCH', `${to}/compose`, { type: 'stop', from: 'operator' });
		await crisp('POST', `${to}/message`, { type, from: 'operator', origin: 'chat', content });
		refresh();
	};

	function renderList() {
		refill(byId('list'), state.conversations.map(row));
		const unread = state.conversations.filter((entry) => entry.unread.operator > 0).length;
		refill(byId('unread'), unread ? [String(unread), unseen(' unread')] : []);
	}

	function row(conversation) {
		const { session_id, meta, state: status, unread, updated_at, last_message } = conversation;
		const isOpen = session_id === session;
		const classes = ['row', `is-${status}`, isOpen && 'is-on'].filter(Boolean);
		const resolved = status === 'resolved' ? element('span', { className: 'tick', role: 'img', ariaLabel: 'resolved' }, '✓') : '';
		const mark = unread.operator
			? element('span', { className: 'badge' }, String(unread.operator), unseen(' unread'))
			: resolved;
		return element(
			'button',
			{ className: classes.join(' '), id: `row-${session_id}`, ...current(isOpen), onclick: () => choose(session_id) },
			avatar(meta.nickname),
			element('span', { className: 'row-name' }, meta.nickname),
			element('span', { className: 'row-time' }, ago(updated_at)),
			element('span', { className: 'row-text' }, meta.subject || last_message),
			mark,
		);
	}

	function renderTop({ meta, state: status }) {
		const isResolved = status === 'resolved';
		refill(byId('thread-top'), [
			element('h3', {}, meta.nickname),
			element('span', { className: `state state-${status}` }, status),
			element('button', {
				id: 'resolve',
				className: isResolved ? 'secondary' : 'primary',
				textContent: isResolved ? 'Reopen' : 'Resolve',
				onclick: () => change('PATCH', 'state', { state: isResolved ? 'unresolved' : 'resolved' }),
			}),
		]);
	}

	function renderDetails(conversation) {
		const { meta, assigned, inbox_id, availability } = conversation;
		const terms = [
			['Email', meta.email || '–'],
			['Visitor is', availability],
			['Assigned to', assignee(assigned)],
			['Inbox', chosenInbox(inbox_id)],
			['Segments', segments(meta.segments)],
			['Data', data(meta.data)],
			['Session', element('span', { className: 'mono' }, conversation.session_id)],
		];
		const list = element('dl');
		for (const [term, value] of terms) list.append(element('dt', {}, term), element('dd', {}, value));
		refill(byId('details'), [list]);
	}

	function assignee(assigned) {
		const options = state.operators.map(({ user_id, first_name, availability }) =>
			element('option', { value: user_id }, `${first_name}${availability === 'online' ? ' ●' : ''}`),
		);
		const select = element(
			'select',
			{ ariaLabel: 'Assigned to' },
			element('option', { value: '' }, 'No operator'),
			options,
		);
		select.value = assigned?.user_id ?? '';
		select.onchange = () =>
			change('PATCH', 'routing', { assigned: select.value ? { user_id: select.value } : null });
		return select;
	}

	function chosenInbox(inboxId) {
		const options = state.inboxes.map(({ inbox_id, emoji, name }) =>
			element('option', { value: inbox_id }, `${emoji} ${name}`),
		);
		const select = element(
			'select',
			{ ariaLabel: 'Inbox' },
			element('option', { value: '' }, 'Main inbox'),
			options,
		);
		select.value = inboxId ?? '';
		select.onchange = () => change('PATCH', 'inbox', { inbox_id: select.value || null });
		return select;
	}

	function segments(given) {
		const save = (list) => change('PATCH', 'meta', { segments: list });
		const chips = given.map((segment) => {
			const drop = element('button', { textContent: '×', ariaLabel: `Remove the segment ${segment}` });
			drop.onclick = () => save(given.filter((other) => other !== segment));
			return element('span', { className: 'chip' }, segment, drop);
		});
		const field = element('input', { id: 'segment', placeholder: 'Add a segment', ariaLabel: 'Add a segment' });
		field.onchange = () => {
			const added = field.value.trim();
			field.value = '';
			if (added) save([...given, added]);
		};
		return element('div', {}, chips, field);
	}

	async function render() {
		renderList();
		if (!opened() && session !== null && session === state.awaited) return undefined;
		const conversation = opened() ?? state.conversations[0];
		open(conversation?.session_id ?? null);
		byId('composer').hidden = !conversation;
		if (!conversation) {
			byId('thread-top').replaceChildren();
			byId('details').replaceChildren();
			return byId('thread-messages').replaceChildren(
				element('p', { className: 'empty' }, 'No messages yet.'),
			);
		}
		renderList();
		renderTop(conversation);
		if (!isBusy(byId('details'))) renderDetails(conversation);
		const typing = conversation.compose.visitor;
		byId('visitor-typing').textContent = isTyping(typing) ? `typing: ${typing.excerpt ?? '…'}` : '';
		const asked = session;
		const messages = await crisp('GET', `${address()}/messages`);
		if (asked !== session) return undefined;
		return fillLog(
			byId('thread-messages'),
			messages.map((message) => said(message, 'operator')),
		);
	}

	return { render, open };
}

const current = (isOpen) => (isOpen ? { ariaCurrent: 'true' } : {});

/** Whether the user types a segment, or has a list open: rendering would clear the field or close the list. */
function isBusy(details) {
	const { activeElement: focused } = document;
	return details.contains(focused) && (focused.tagName === 'SELECT' || Boolean(focused.value));
}

function data(given) {
	const pairs = Object.entries(given);
	if (pairs.length === 0) return '–';
	return pairs.map(([key, value]) =>
		element('div', { className: 'pair' }, element('span', {}, key), element('span', {}, String(value))),
	);
}
