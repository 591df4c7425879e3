/**
 * Parsers of the texts for a language model, written from docs/ai-agents.md ("Format") and from nothing else. They fail
 * on everything that the format does not allow.
 */

export interface Said {
	when: string;
	role: string;
	/** Undefined without a name. */
	name?: string;
	/** With escapes undone, lines separated by `\n`. */
	text: string;
}

export interface Section {
	heading: string;
	lines: string[];
}

const roles = 'Visitor|Operator|Bot|Note|Event|Unknown';
const json = '"(?:[^"\\\\]|\\\\.)*"';
const moment = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d|Invalid DateTime';

export function unescaped(text: string): string {
	return text.replace(/\\u\{([0-9A-F]+)\}/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));
}

function nameIn(text: string | undefined): { name?: string } {
	return text === undefined ? {} : { name: JSON.parse(text) as string };
}

/** The messages of a text, one after another; lines that say what was left out are skipped. */
export function messagesIn(lines: string[]): Said[] {
	const found: Said[] = [];
	const begin = new RegExp(`^\\[(${moment})\\] (${roles})(?: (${json}))?: (.*)$`, 's');
	for (const line of lines) {
		const last = found.at(-1);
		const [, when, role, name, text] = begin.exec(line) ?? [];
		if (when !== undefined && role !== undefined && text !== undefined) {
			found.push({ when, role, ...nameIn(name), text: unescaped(text) });
		} else if (last && line.startsWith('| ')) last.text += `\n${unescaped(line.slice(2))}`;
		else if (!/^\(left out here: (\d+ messages?(, and any before)?|any messages before)\)$/.test(line)) {
			throw new Error(`Not a line of a message: ${JSON.stringify(line)}`);
		}
	}
	return found;
}

/** The messages of a transcript in Markdown. Of the team, the text is as it stands there. */
export function markdownMessagesIn(transcript: string): Said[] {
	const begin = new RegExp(`^\\*\\*(${roles})\\*\\*(?: (.*))?, (${moment})$`, 's');
	const plain = (text: string) => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
	const found: Said[] = [];
	for (const block of transcript.split('\n\n')) {
		const [heading = '', ...lines] = block.split('\n');
		const [, role, name, when] = begin.exec(heading) ?? [];
		if (role === undefined || when === undefined) throw new Error(`Not a heading: ${JSON.stringify(heading)}`);
		const isWrong = lines.find((line) => !line.startsWith('> '));
		if (isWrong !== undefined || lines.length === 0) throw new Error(`Not quoted: ${JSON.stringify(isWrong)}`);
		const shown = lines.map((line) => line.slice(2)).join('\n');
		const text = role === 'Visitor' || role === 'Unknown' ? unescaped(plain(shown)) : shown;
		found.push({ role, when, ...nameIn(name === undefined ? undefined : plain(name)), text });
	}
	return found;
}

const headings = [
	/^# Conversation$/,
	/^# Notes of the team on the person$/,
	/^# Person(, not verified)?$/,
	/^# Other conversations of the person, the latest first$/,
	/^# Stated in this conversation$/,
	/^# Latest messages, the newest last$/,
];

/** The sections of a context, by the word that follows `# `. */
export function sectionsIn(context: string): Map<string, string[]> {
	const [legend = '', ...blocks] = context.split('\n\n');
	if (legend.includes('\n') || !legend.startsWith('Roles, times, headings')) throw new Error('No legend');
	const found = new Map<string, string[]>();
	let place = -1;
	for (const block of blocks) {
		const [heading = '', ...lines] = block.split('\n');
		const next = headings.findIndex((one) => one.test(heading));
		if (next <= place) throw new Error(`Not a heading, or not here: ${JSON.stringify(heading)}`);
		place = next;
		found.set(/^# (\w+)/.exec(heading)?.[1] ?? '', lines);
	}
	if (place !== headings.length - 1) throw new Error('No messages');
	return found;
}

/** The messages of a context. */
export function messagesOf(context: string): Said[] {
	const lines = sectionsIn(context).get('Latest') ?? [];
	return lines.length === 1 && lines[0] === 'No messages yet' ? [] : messagesIn(lines);
}

const isLeftOut = (line: string) => /^\(\d+ more lines? left out\)$/.test(line);

/** The lines of a section as names and what follows them. */
export function fieldsIn(lines: string[], names: string[]): Map<string, string> {
	const found = new Map<string, string>();
	for (const line of lines.filter((one, index) => index < lines.length - 1 || !isLeftOut(one))) {
		const name = names.find((one) => line.startsWith(`${one}: `));
		if (name === undefined || found.has(name)) throw new Error(`Not a line of this section: ${JSON.stringify(line)}`);
		found.set(name, line.slice(name.length + 2));
	}
	return found;
}

/** What separates the JSON strings of a list, and the values; fails if anything else stands there. */
function valuesIn(text: string, separators: RegExp): { values: string[]; leftOut: number } {
	const values: string[] = [];
	const one = new RegExp(json, 'y');
	let at = 0;
	for (;;) {
		const rest = text.slice(at);
		const [, count] = /^\((\d+) more left out\)$/.exec(rest) ?? [];
		if (count !== undefined) return { values, leftOut: Number(count) };
		one.lastIndex = at;
		const [found] = one.exec(text) ?? [];
		if (found === undefined) throw new Error(`Not a JSON string: ${JSON.stringify(rest)}`);
		values.push(JSON.parse(found) as string);
		at += found.length;
		if (at === text.length) return { values, leftOut: 0 };
		const [separator] = separators.exec(text.slice(at)) ?? [];
		if (separator === undefined) throw new Error(`Not a separator: ${JSON.stringify(text.slice(at))}`);
		at += separator.length;
	}
}

export function valueIn(text: string): string {
	const { values, leftOut } = valuesIn(text, /^$/);
	if (values.length !== 1 || leftOut > 0) throw new Error(`Not one value: ${text}`);
	return values[0] ?? '';
}

export const listIn = (text: string) => valuesIn(text, /^, /);

export function pairsIn(text: string): { pairs: Array<[string, string]>; leftOut: number } {
	const { values, leftOut } = valuesIn(text, /^(?:: |, )/);
	const pairs: Array<[string, string]> = [];
	for (let index = 0; index < values.length; index += 2) pairs.push([values[index] ?? '', values[index + 1] ?? '']);
	// Read again with the separators where they belong.
	const shown = pairs.map((pair) => pair.map(() => json).join(': '));
	const whole = [...shown, ...(leftOut > 0 ? [`\\(${leftOut} more left out\\)`] : [])].join(', ');
	if (!new RegExp(`^${whole}$`, 's').test(text)) throw new Error(`Not pairs: ${text}`);
	return { pairs, leftOut };
}

const flags = ['gbeng', 'gbsct', 'gbwls'].map(
	(code) =>
		`\u{1F3F4}${[...code].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')}\u{E007F}`,
);

/** Code points that no text needs, as ranges; of control characters only the line break and the tab are left. */
const unneeded: Array<[from: number, to: number]> = [
	...([
		[0, 8],
		[0xb, 0x1f],
		[0x7f, 0x9f],
		[0xad, 0xad],
		[0x2028, 0x202e],
		[0x2060, 0x206f],
	] as Array<[number, number]>),
	...([
		[0xfeff, 0xfeff],
		[0xfff9, 0xfffb],
		[0xd800, 0xdfff],
		[0xe0000, 0xe00ff],
	] as Array<[number, number]>),
];
const isUnneeded = (code: number) => unneeded.some(([from, to]) => code >= from && code <= to);

/** Characters that a reader does not see and that change what they see, other than in the places that the format names. */
export function hiddenIn(text: string): string[] {
	const seen = flags.reduce((left, flag) => left.replaceAll(flag, ''), text);
	const inLatin = /(?<=[A-Za-z0-9 "|:[\]])(?:[\u200b-\u200f\u061c]|[\ufe00-\ufe0e])(?=[A-Za-z0-9 "|:[\]])/gu;
	const codes = [...seen].filter((sign) => isUnneeded(sign.codePointAt(0) ?? 0));
	return [...codes, ...(seen.match(inLatin) ?? [])];
}
