/** Creates an element. Strings become text, never markup, so that chat messages cannot inject scripts. */
export function element(tag, properties = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(properties)) {
		if (value === undefined) continue;
		// `ariaLabel` is the attribute `aria-label`.
		if (/^aria|^role$/.test(name)) made.setAttribute(name.replace('aria', 'aria-').toLowerCase(), value);
		else made[name] = value;
	}
	made.append(...children.flat().filter((child) => child !== undefined && child !== null));
	return made;
}

export const byId = (id) => document.getElementById(id);

/** Replaces the content, and keeps the keyboard's focus on the element that has the same ID as before. */
export const refill = (parent, children) => keepFocus(parent, () => parent.replaceChildren(...children));

function keepFocus(parent, fill) {
	const focused = parent.contains(document.activeElement) ? document.activeElement.id : '';
	fill();
	if (focused) byId(focused)?.focus({ preventScroll: true });
}

/** Marks a button as the chosen one, for the eye and for a screen reader. */
export function press(button, isOn) {
	button.classList.toggle('is-on', isOn);
	button.setAttribute('aria-pressed', isOn);
}

/**
 * Fills a scrolling log, and keeps it scrolled to the end if it was there. Entries that have not changed stay, so that
 * a screen reader reads the new ones only.
 */
export function fillLog(log, entries) {
	const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
	const shown = [...log.children];
	const changed = entries.findIndex((entry, index) => !shown[index]?.isEqualNode(entry));
	const kept = changed < 0 ? entries.length : changed;
	keepFocus(log, () => {
		for (const entry of shown.slice(kept)) entry.remove();
		log.append(...entries.slice(kept));
	});
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
	const className = `avatar tone-${tone}`;
	return element('span', { className, ariaHidden: true }, /^visitor/.test(name) ? '?' : initials);
}

/** "now", "5 min", "3 h" or a date. */
export function ago(timestamp) {
	const minutes = Math.floor((Date.now() - timestamp) / 60_000);
	if (minutes < 1) return 'now';
	if (minutes < 60) return `${minutes} min`;
	if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
	return day(timestamp);
}

/** The time of today, such as 14:05, or a date: it does not change while it is shown. */
export function at(timestamp) {
	const time = new Date(timestamp);
	if (time.toDateString() !== new Date().toDateString()) return day(timestamp);
	return time.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

const day = (timestamp) => new Date(timestamp).toLocaleDateString('en', { day: 'numeric', month: 'short' });

/** Text for screen readers only. */
export const unseen = (text) => element('span', { className: 'unseen' }, text);

export const chip = (text) => element('span', { className: 'chip' }, text);
