const KEY = 'crisp-sandbox';

/** What this tab of the browser keeps over a reload: `website`, `visitor`, `conversation` and `tab`. */
export function kept() {
	try {
		return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
	} catch {
		// The browser blocks storage, or the entry is not JSON.
		return {};
	}
}

/** Keeps these, besides what is kept already. */
export function keep(changes) {
	try {
		sessionStorage.setItem(KEY, JSON.stringify({ ...kept(), ...changes }));
	} catch {
		// The browser blocks storage: a reload starts with the first conversation.
	}
}
