import type { FormEntry, Wait } from './wait';

/** The pages behind the link of a note. Opening one changes nothing; only its form decides. */

/** Sent with each page: nothing is loaded, kept, framed, or told to another site. */
export const pageHeaders: Record<string, string> = {
	'Content-Type': 'text/html; charset=utf-8',
	'Content-Security-Policy':
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	'Cache-Control': 'no-store',
	'Referrer-Policy': 'no-referrer',
	'X-Content-Type-Options': 'nosniff',
	'X-Robots-Tag': 'noindex, nofollow',
};

/** A page that only says something. */
export function textPage(title: string, text: string): string {
	return page(title, `<p>${escaped(text)}</p>`);
}

/** The page on which the question is answered. */
export function questionPage(wait: Wait): string {
	const words = wait.message
		.split('\n')
		.map((line) => `<p>${escaped(line)}</p>`)
		.join('');
	return page('n8n asks', `${words}<form method="post">${inputs(wait)}</form>`);
}

/** The values of the posted form; the names of its fields are those of `questionPage`. */
export function givenIn({ responseType, entries }: Wait, body: Record<string, unknown>): Record<string, unknown> {
	if (responseType !== 'customForm') return { choice: body.choice, text: body.text };
	const fields = entries.map((entry, index) => [entry.label, valueOf(entry, body[`field-${index}`])]);
	return { fields: Object.fromEntries(fields) as unknown };
}

const longestText = 5_000;

/** Undefined is no value: what was left empty, is too long, or is none of the choices. */
function valueOf({ type, options }: FormEntry, given: unknown): string | boolean | undefined {
	if (type === 'checkbox') return given === 'on';
	if (typeof given !== 'string' || given === '' || given.length > longestText) return undefined;
	return type !== 'dropdown' || options.includes(given) ? given : undefined;
}

function inputs({ responseType, options, entries }: Wait): string {
	if (options.length > 0) {
		return options
			.map(({ value, label }) => `<button name="choice" value="${escaped(value)}">${escaped(label)}</button>`)
			.join(' ');
	}
	const fields =
		responseType === 'customForm'
			? entries.map((entry, index) => field(entry, `field-${index}`)).join('')
			: `<label>Your answer<textarea name="text" rows="5" maxlength="${longestText}" required></textarea></label>`;
	return `${fields}<button>Send</button>`;
}

const inputTypes: Record<string, string> = { number: 'number', email: 'email', date: 'date' };

function field({ label, type, options, required }: FormEntry, name: string): string {
	const must = required ? ' required' : '';
	const title = `${escaped(label)}${must ? ' *' : ''}`;
	if (type === 'checkbox') return `<label><input type="checkbox" name="${name}"${must}> ${title}</label>`;
	if (type === 'textarea') {
		return `<label>${title}<textarea name="${name}" rows="5" maxlength="${longestText}"${must}></textarea></label>`;
	}
	if (type === 'dropdown') {
		const entries = ['', ...options].map((option) => `<option>${escaped(option)}</option>`).join('');
		return `<label>${title}<select name="${name}"${must}>${entries}</select></label>`;
	}
	const kind = inputTypes[type] ?? 'text';
	return `<label>${title}<input type="${kind}" name="${name}" maxlength="${longestText}" step="any"${must}></label>`;
}

const style =
	'body{font:16px/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}label{display:block;margin:1rem 0}' +
	'textarea,select,input:not([type=checkbox]){display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}' +
	'button{font:inherit;padding:.5rem 1.2rem;margin:1rem .5rem 0 0}';

function page(title: string, body: string): string {
	return [
		'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
		'<meta name="viewport" content="width=device-width">',
		`<title>${escaped(title)}</title><style>${style}</style></head>`,
		`<body><h1>${escaped(title)}</h1>${body}</body></html>`,
	].join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Questions hold what visitors and models wrote. */
function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
