import { at, element, unseen } from './dom.js';

/** A list that scrolls needs a name, and the keyboard's focus. */
const CARDS = { role: 'group', ariaLabel: 'Cards' };

const text = (content) => element('div', {}, markdown(content));

/** What a message in Markdown shows, as far as the nodes write it: bold text, and links to web addresses. */
function markdown(content) {
	if (typeof content !== 'string') return [content];
	const parts = content.split(/(\*\*[^*\n]+\*\*|\[[^\]\n]+\]\(https?:[^\s()]+\))/);
	return parts.map((part, index) => {
		if (index % 2 === 0) return part;
		if (part.startsWith('**')) return element('strong', {}, part.slice(2, -2));
		const [, label, href] = /^\[(.+)\]\((.+)\)$/.exec(part);
		return element('a', { className: 'link', href, target: '_blank', rel: 'noopener noreferrer' }, label);
	});
}

const CONTENTS = {
	text,
	note: text,
	file: ({ name, type, url }) => file(type, name, url),
	animation: ({ url, type }) => attached(type, url),
	audio: ({ type, duration }) => attached(type, `${duration} s`),
	field: ({ text: question, explain, value }) =>
		element('div', {}, markdown(question), element('div', { className: 'explain' }, value || explain)),
	carousel: ({ text: title, targets }) =>
		element('div', {}, title, element('div', { className: 'cards', tabIndex: 0, ...CARDS }, targets.map(card))),
	picker,
};

/** Shows images from the sandbox's own storage; files from other servers are links only. */
function file(type, name, url) {
	const address = URL.canParse(url) ? new URL(url) : undefined;
	if (!/^https?:$/.test(address?.protocol)) return attached(type, name);
	const isShown = type.startsWith('image/') && address.origin === location.origin;
	const picture = isShown ? element('img', { className: 'picture', src: url, alt: name }) : undefined;
	const link = { className: 'link', href: url, target: '_blank', rel: 'noopener noreferrer' };
	return element('a', link, picture, attached(type, name));
}

const attached = (type, name) =>
	element('div', { className: 'file' }, element('small', {}, type.split('/').pop()), name);

const card = ({ title, description }) =>
	element('div', { className: 'card' }, element('strong', {}, title), element('div', {}, description));

function picker({ text: question, choices }, fingerprint, choose) {
	const offered = choices.map(({ value, label, icon, selected }) => {
		const className = selected ? 'choice is-on' : 'choice';
		const shown = icon ? `${icon} ${label}` : label;
		if (!choose) return element('span', { className }, shown, selected ? unseen(' (chosen)') : undefined);
		const button = { className, type: 'button', ariaPressed: selected, onclick: () => choose(value) };
		return element('button', { ...button, id: `choice-${fingerprint}-${value}` }, shown);
	});
	return element('div', {}, markdown(question), element('div', { className: 'choices' }, offered));
}

/** Renders a message; `side` is the side that views it, `choose` handles a click on a choice of a picker. */
export function said(message, side, choose) {
	const { type, from, content, user, timestamp, automated, fingerprint } = message;
	if (type === 'event') {
		return element('div', { className: 'happened', id: `${side}-${fingerprint}` }, content.text || content.namespace);
	}
	const isMine = from === side;
	const classes = ['said', isMine && 'is-mine', type === 'note' && 'is-note'].filter(Boolean);
	const who = [isMine && side === 'user' ? '' : user.nickname, automated && 'bot', at(timestamp)];
	return element(
		'div',
		{ className: classes.join(' '), id: `${side}-${fingerprint}` },
		element('div', { className: 'bubble' }, (CONTENTS[type] ?? text)(content, fingerprint, choose)),
		element('div', { className: 'by' }, who.filter(Boolean).join(' · ')),
	);
}
