import { control, crisp, listen } from './api.js';
import { byId, element, press } from './dom.js';
import { contactsPane } from './contacts.js';
import { inboxPane } from './inbox.js';
import { keep, kept } from './kept.js';
import { visitorPane } from './visitor.js';

const SHOWN_EVENTS = 12;

const TABS = ['inbox', 'contacts'];

/**
 * The state that the panes show; reloaded after every announcement. `awaited` is a conversation that exists, although
 * a reload that began earlier does not list it.
 */
const state = { websiteId: null, conversations: [], people: [], operators: [], inboxes: [], awaited: null };

const visitor = visitorPane(state, follow);
const inbox = inboxPane(state, refresh);
const contacts = contactsPane(state, refresh);

let reading = null;
let isStale = false;

/** Reloads everything; only one reload runs at a time. */
function refresh() {
	isStale = true;
	reading ??= readWhileStale();
	return reading;
}

async function readWhileStale() {
	try {
		while (isStale) {
			isStale = false;
			await read();
			await Promise.all([visitor.render(), inbox.render(), contacts.render()]);
		}
	} finally {
		reading = null;
	}
}

/** Opens, on the operator's side, the conversation of the visitor who wrote. It stays unread until it is chosen. */
async function follow(sessionId) {
	state.awaited = sessionId;
	openTab('inbox');
	inbox.open(sessionId);
	await refresh();
	if (state.awaited === sessionId) state.awaited = null;
}

async function read() {
	const { websiteId: id } = state;
	const [conversations, people, members, inboxes, { connections }] = await Promise.all([
		crisp('GET', `${id}/conversations/1?per_page=50&include_empty=1`),
		control(`/people/${id}`),
		crisp('GET', `${id}/operators/list`),
		crisp('GET', `${id}/inboxes/list/1`),
		control('/status'),
	]);
	const operators = members.filter(({ type }) => type === 'operator').map(({ details }) => details);
	Object.assign(state, { conversations, people, operators, inboxes });
	byId('as').textContent = operators[0] ? `as ${operators[0].first_name} ${operators[0].last_name}` : '';
	const listeners = connections === 1 ? '1 socket connected' : `${connections} sockets connected`;
	byId('live').lastElementChild.textContent = listeners;
}

function announced({ event }) {
	const list = byId('events');
	list.prepend(element('li', {}, event));
	while (list.children.length > SHOWN_EVENTS) list.lastChild.remove();
	refresh();
}

function connectionChanged(isOpen) {
	byId('live').classList.toggle('is-on', isOpen);
	if (!isOpen) byId('live').lastElementChild.textContent = 'not connected';
	else if (state.websiteId) refresh();
}

function openTab(tab) {
	keep({ tab });
	for (const each of TABS) {
		byId(each).hidden = each !== tab;
		press(byId(`tab-${each}`), each === tab);
	}
}

for (const tab of TABS) byId(`tab-${tab}`).onclick = () => openTab(tab);

/** Shows a website, with the visitor and the conversation that are given, if they still exist. */
async function show({ website_id, domain }, { visitor: visitorId = null, conversation = null } = {}) {
	state.websiteId = website_id;
	byId('domain').textContent = domain;
	keep({ website: website_id });
	// Those of another website are not in its list.
	state.conversations = [];
	visitor.be(visitorId);
	inbox.open(conversation);
	await refresh();
}

async function start() {
	const websites = await control('/websites');
	const chooser = byId('website');
	chooser.append(...websites.map(({ name }, index) => element('option', { value: index }, name)));
	chooser.onchange = () => show(websites[chooser.value]);
	const last = kept();
	const index = websites.findIndex(({ website_id }) => website_id === last.website);
	if (TABS.includes(last.tab)) openTab(last.tab);
	chooser.value = Math.max(index, 0);
	await show(websites[chooser.value], index < 0 ? {} : last);
	listen(announced, connectionChanged);
}

start();
// Typing indicators expire after some seconds, and the relative times of the messages change.
setInterval(() => document.hidden || refresh(), 15_000);
