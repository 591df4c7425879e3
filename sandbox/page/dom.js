/** Creates an element. Strings become text, never markup, so that chat messages cannot inject scripts. */
export function element(tag, properties = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(properties)) {
		if (value === undefined) continue;
		if (name.startsWith('aria') || name === 'role') made.setAttribute(name, value);
		else made[name] = value;
	}
	made.append(...children.flat().filter((child) => child !== undefined && child !== null));
	return made;
}

export const byId = (id) => document.getElementById(id);

/** Replaces the content of a scrolling log, and keeps it scrolled to the end if it was there. */
export function fillLog(log, children) {
	const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
	log.replaceChildren(...children);
	if (isAtEnd) log.scrollTop = log.scrollHeight;
}

export function avatar(name) {
	const initials = name
		.split(/\s+/)
		.map(([first]) => first)
		.join('')
		.slice(0, 2)
		.toUpperCase();
	const tone = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 5;
	return element('span', { className: `avatar tone-${tone}` }, /^visitor/.test(name) ? '?' : initials);
}

/** "now", "5 min", "3 h" or a date. */
export function ago(timestamp) {
	const minutes = Math.floor((Date.now() - timestamp) / 60_000);
	if (minutes < 1) return 'now';
	if (minutes < 60) return `${minutes} min`;
	if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
	return new Date(timestamp).toLocaleDateString('en', { day: 'numeric', month: 'short' });
}

export const chip = (text) => element('span', { className: 'chip' }, text);
