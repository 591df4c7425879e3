import { invalid } from './answer';

type Check = (value: unknown, at: string) => void;

const text: Check = (value, at) => {
	if (typeof value !== 'string') throw invalid(`${at}: must be a string`);
};
const filledText: Check = (value, at) => {
	text(value, at);
	if (value === '') throw invalid(`${at}: must not be empty`);
};
const number: Check = (value, at) => {
	if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${at}: must be a number`);
};
const flag: Check = (value, at) => {
	if (typeof value !== 'boolean') throw invalid(`${at}: must be a boolean`);
};

/** Fields whose names end in `?` are optional, all others are required; unknown fields are rejected. */
function record(fields: Record<string, Check>): Check {
	return (value, at) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			throw invalid(`${at}: must be an object`);
		}
		const given = value as Record<string, unknown>;
		const known = new Set<string>();
		for (const [key, check] of Object.entries(fields)) {
			const name = key.replace(/\?$/, '');
			known.add(name);
			if (given[name] !== undefined) check(given[name], `${at}.${name}`);
			else if (!key.endsWith('?')) throw invalid(`${at}.${name}: required`);
		}
		const unknown = Object.keys(given).find((name) => !known.has(name));
		if (unknown) throw invalid(`${at}.${unknown}: not a field of this content`);
	};
}

function listOf(check: Check): Check {
	return (value, at) => {
		if (!Array.isArray(value)) throw invalid(`${at}: must be an array`);
		value.forEach((entry, index) => check(entry, `${at}[${index}]`));
	};
}

const choice = record({
	value: filledText,
	'icon?': text,
	label: filledText,
	selected: flag,
	'action?': record({ type: text, target: text }),
});

const target = record({
	title: filledText,
	description: text,
	'image?': text,
	'actions?': listOf(record({ label: text, url: text })),
});

const CONTENT_BY_TYPE: Record<string, Check> = {
	text: filledText,
	note: filledText,
	file: record({ name: filledText, url: filledText, type: filledText }),
	animation: record({ url: filledText, type: filledText }),
	audio: record({ url: filledText, type: filledText, duration: number }),
	picker: record({ id: filledText, text: filledText, choices: listOf(choice), 'required?': flag }),
	field: record({ id: filledText, text: filledText, explain: text, 'value?': text, 'required?': flag }),
	carousel: record({ text: filledText, targets: listOf(target) }),
	event: record({ namespace: filledText, 'text?': text }),
};

/** All types of messages that the sandbox knows. */
export const MESSAGE_TYPES = Object.keys(CONTENT_BY_TYPE);

/** Throws `invalid_data` with the name of the field if `content` is not valid for this type of message. */
export function validateContent(type: string, content: unknown): void {
	CONTENT_BY_TYPE[type]?.(content, 'content');
}
