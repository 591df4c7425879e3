import { control, crisp, listen } from './api.js';
import { byId, element } from './dom.js';
import { contactsPane } from './contacts.js';
import { inboxPane } from './inbox.js';
import { visitorPane } from './visitor.js';

const SHOWN_EVENTS = 12;

/** The state that the panes show; reloaded after every announcement. */
const state = { websiteId: null, conversations: [], people: [], operators: [], inboxes: [] };

const visitor = visitorPane(state, refresh);
const inbox = inboxPane(state, refresh);
const contacts = contactsPane(state, refresh);

let reading = null;
let isStale = false;

/** Reloads everything; only one reload runs at a time. */
function refresh() {
	isStale = true;
	reading ??= readWhileStale().finally(() => (reading = null));
	return reading;
}

async function readWhileStale() {
	while (isStale) {
		isStale = false;
		await read();
		await Promise.all([visitor.render(), inbox.render(), contacts.render()]);
	}
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

for (const tab of ['inbox', 'contacts']) {
	byId(`tab-${tab}`).onclick = () => {
		for (const each of ['inbox', 'contacts']) {
			byId(each).hidden = each !== tab;
			byId(`tab-${each}`).classList.toggle('is-on', each === tab);
		}
	};
}

async function show(website) {
	state.websiteId = website.website_id;
	byId('domain').textContent = website.domain;
	visitor.leave();
	inbox.leave();
	await refresh();
}

async function start() {
	const websites = await control('/websites');
	const chooser = byId('website');
	chooser.append(...websites.map(({ name }, index) => element('option', { value: index }, name)));
	chooser.onchange = () => show(websites[chooser.value]);
	await show(websites[0]);
	listen(announced, connectionChanged);
}

start();
// Typing indicators expire after some seconds, and the relative times of the messages change.
setInterval(() => document.hidden || refresh(), 15_000);
