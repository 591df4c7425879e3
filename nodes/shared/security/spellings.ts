/**
 * Finds a text in another one, however it is written there: as it is, percent-encoded in any case, as in forms and as by `escape`, escaped as
 * in JSON and JavaScript, as HTML entities, and each of these inside of others. Servers and libraries repeat values of a
 * request in any of these ways.
 */

/** A character, or both halves of a surrogate pair, that a text may spell, and the index after it. */
type Reading = readonly [spelled: string, next: number];

export type Range = readonly [start: number, end: number];

/** Bounds the work on texts that are made to have countless readings, such as `%25252525`. */
const mostReadings = 16;

/** How many steps a search in a text may take in all. What is not searched then counts as found. */
const mostSteps = 1_000_000;

const letters: Record<string, string> = {
	...{ '"': '"', "'": "'", '\\': '\\', '/': '/', '`': '`' },
	...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '0': '\0' },
};

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const longestEntity = 8;

/** An escape that is cut off has fewer characters; one inside of others may have more, and is shown in part. */
const longestEscape = 40;

/** Keeps a byte order mark, which may be a part of a text. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The readings of each index of a text. */
export class SpelledText {
	/** Of each index at which more than the character itself may be read. */
	private readonly readings = new Map<number, Reading[]>();

	/** Where a reading begins with a UTF-16 unit. */
	private readonly starts = new Map<string, number[]>();

	private steps = 0;

	/** With `isCut`, a text that is spelled up to the end counts as found: the rest of it was cut off. */
	constructor(
		private readonly text: string,
		private readonly isCut = false,
	) {
		// From the end: what is spelled at an index depends on what is spelled after it.
		for (let index = text.length - 1; index >= 0; index--) {
			const isSpecial = '%\\&+'.includes(text[index] as string);
			if (isSpecial) this.readings.set(index, this.readingsFrom(index));
			const units = isSpecial
				? new Set(this.at(index).map(([spelled]) => spelled[0] as string))
				: [text[index] as string];
			for (const unit of units) {
				const known = this.starts.get(unit);
				if (known) known.push(index);
				else this.starts.set(unit, [index]);
			}
		}
	}

	/** Where a text that is not empty is spelled; the ranges may overlap. */
	find(wanted: string): Range[] {
		const found: Range[] = [];
		for (const start of this.starts.get(wanted[0] as string) ?? []) {
			const end = this.endOf(wanted, start);
			if (this.steps > mostSteps) return [[0, this.text.length]];
			if (end !== undefined) found.push([start, end]);
		}
		return found;
	}

	/** The last index at which a text that begins at an index may end; undefined if it is not spelled there. */
	private endOf(wanted: string, start: number): number | undefined {
		let last: number | undefined;
		const open: Array<[offset: number, index: number]> = [[0, start]];
		const known = new Set<number>();
		for (let state = open.pop(); state && this.steps <= mostSteps; state = open.pop()) {
			const [offset, index] = this.pastPlain(wanted, ...state);
			if (offset === wanted.length) last = Math.max(last ?? 0, index);
			else if (this.isCut && index >= this.text.length - longestEscape) return this.text.length;
			for (const [spelled, next] of this.readings.get(index) ?? []) {
				const after = offset + spelled.length;
				const name = after * (this.text.length + 1) + next;
				if (after > wanted.length || known.has(name) || !wanted.startsWith(spelled, offset)) continue;
				known.add(name);
				open.push([after, next]);
			}
		}
		return last;
	}

	/** Goes on over characters that can only be read as themselves. */
	private pastPlain(wanted: string, offset: number, index: number): [offset: number, index: number] {
		let length = 0;
		while (
			offset + length < wanted.length &&
			!this.readings.has(index + length) &&
			wanted[offset + length] === this.text[index + length]
		) {
			length++;
		}
		this.steps += 1 + length;
		return [offset + length, index + length];
	}

	private at(index: number): readonly Reading[] {
		const known = this.readings.get(index);
		if (known) return known;
		return index < this.text.length ? [[this.text[index] as string, index + 1]] : [];
	}

	private readingsFrom(index: number): Reading[] {
		const own = this.text[index] as string;
		const found: Reading[] = [[own, index + 1]];
		// The list grows while it is read: what is decoded may begin another escape.
		for (const [spelled, next] of found) {
			for (const reading of this.decoded(spelled, next)) {
				if (found.length >= mostReadings) return found;
				if (!found.some(([one, end]) => one === reading[0] && end === reading[1])) found.push(reading);
			}
		}
		return found;
	}

	/** What an escape spells whose first character ends before an index. */
	private decoded(first: string, next: number): Reading[] {
		if (first === '%') return this.percent(next);
		if (first === '\\') return this.backslash(next);
		if (first === '+') return [[' ', next]];
		return first === '&' ? this.entity(next) : [];
	}

	/** Bytes of UTF-8; or, as `escape` of JavaScript and old servers write it, a UTF-16 unit: `%u20ac`, `%e9`. */
	private percent(next: number): Reading[] {
		return [...this.unit(next), ...this.shortUnit(next), ...this.bytes(next)];
	}

	private shortUnit(next: number): Reading[] {
		return this.hex(next, 2).flatMap(([code, after]): Reading[] =>
			code < 0x80 ? [] : [[String.fromCharCode(code), after]],
		);
	}

	private unit(next: number): Reading[] {
		return this.at(next).flatMap(([kind, after]): Reading[] => {
			const units = kind.toLowerCase() === 'u' ? this.hex(after, 4) : [];
			return units.map(([code, end]) => [String.fromCharCode(code), end] as const);
		});
	}

	private bytes(next: number): Reading[] {
		return this.hex(next, 2).flatMap(([lead, after]): Reading[] => {
			if (lead < 0x80) return [[String.fromCharCode(lead), after]];
			const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
			return this.bytesAfter([lead], after, length).flatMap(([bytes, end]): Reading[] => {
				const spelled = utf8.decode(new Uint8Array(bytes));
				return spelled.includes('\ufffd') && length !== 3 ? [] : [[spelled, end]];
			});
		});
	}

	private bytesAfter(bytes: number[], next: number, length: number): Array<[bytes: number[], next: number]> {
		if (bytes.length === length) return [[bytes, next]];
		const more = this.at(next).flatMap(([sign, after]) => (sign === '%' ? this.hex(after, 2) : []));
		return more.flatMap(([byte, end]) => this.bytesAfter([...bytes, byte], end, length)).slice(0, mostReadings);
	}

	private backslash(next: number): Reading[] {
		return this.at(next).flatMap(([kind, after]): Reading[] => {
			const letter = letters[kind];
			if (letter !== undefined) return [[letter, after]];
			const digits = { u: 4, x: 2 }[kind] ?? 0;
			if (digits === 0) return [];
			return this.hex(after, digits).map(([code, end]) => [String.fromCharCode(code), end] as const);
		});
	}

	private entity(next: number): Reading[] {
		return this.wordsBefore(';', next).flatMap(([word, after]): Reading[] => {
			const [, hex, decimal] = /^#(?:x([\da-f]+)|(\d+))$/i.exec(word) ?? [];
			const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
			if (code <= 0x10ffff) return [[String.fromCodePoint(code), after]];
			const named = Object.hasOwn(entities, word) ? entities[word] : undefined;
			return named === undefined ? [] : [[named, after]];
		});
	}

	/** Numbers of so many hexadecimal digits. */
	private hex(next: number, digits: number): Array<[number: number, next: number]> {
		let found: Array<[number, number]> = [[0, next]];
		for (let digit = 0; digit < digits; digit++) {
			found = found
				.flatMap(([number, index]) =>
					this.at(index).flatMap(([spelled, after]): Array<[number, number]> =>
						/^[\da-f]$/i.test(spelled) ? [[number * 16 + parseInt(spelled, 16), after]] : [],
					),
				)
				.slice(0, mostReadings);
		}
		return found;
	}

	/** Short words up to a character, and the index after it. */
	private wordsBefore(end: string, next: number): Reading[] {
		const words: Reading[] = [];
		let open: Reading[] = [['', next]];
		for (let length = 0; length <= longestEntity && open.length > 0; length++) {
			const longer = open.flatMap(([word, index]) =>
				this.at(index).map(([spelled, after]) => [word + spelled, after] as const),
			);
			words.push(
				...longer.filter(([word]) => word.endsWith(end)).map(([word, after]) => [word.slice(0, -1), after] as const),
			);
			open = longer.filter(([word]) => /^[#\w]+$/.test(word)).slice(0, mostReadings);
		}
		return words;
	}
}
