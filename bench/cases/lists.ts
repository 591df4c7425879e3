import type { Case } from '../case';
import { inTurns, median, ratio, seconds } from '../measure';
import { memoryOf, type Memory } from '../place/memory';
import { names } from '../peers/peers';
import { inPlace, type Place } from '../place/place';
import { httpPagination, PER_PAGE, readAhead, sdkPages, type Reader } from '../peers/reading';

const PEOPLE = 10_000;
const ROUNDS = 3;
const LATENCY_MS = 50;
const MOST_OF_TIME = 0.35;
const MOST_PAST_END = 4;
const CROWD = 100_000;
const MOST_MEGABYTES = 250;

interface Read {
	ms: number;
	ids: string[];
	pages: number;
	pastEnd: number;
}

export const lists: Case = {
	name: 'lists',
	title: 'Reading a long list',
	about:
		`A list of ${PEOPLE.toLocaleString('en')} people, ${PER_PAGE} per page, with a latency of ${LATENCY_MS} ms: the Crisp node with ` +
		'*Return All*, which reads ahead, compared with contenders that read page after page. The SDK cannot read more than 20 per page. ' +
		`Then ${CROWD.toLocaleString('en')} people with *Simplify*, in a separate process per contender: the memory is ` +
		'the increase in that process, at its peak and for the result itself.',
	async run(say) {
		const reading = await inPlace(async (place) => await compareReading(place, say));
		const memory = await inPlace(async (place) => await compareMemory(place, say));
		return {
			columns: ['', 'time', `of ${PAGED}`, 'people', 'pages read', 'past the end', 'peak memory', 'held'],
			rows: rowsOf(reading.figures, memory),
			promises: [...readingPromises(reading), memoryPromise(memory.get(names.ours))],
		};
	},
};

/** The contender that reads page after page, with the same page size as the Crisp node. */
const PAGED = names.httpPagination;

type Figures = Map<string, Read[]>;

const timeOf = (figures: Figures, name: string) => median((figures.get(name) ?? []).map(({ ms }) => ms));

function rowsOf(figures: Figures, memory: Map<string, Memory>) {
	return [...figures].map(([name, all]) => [
		name,
		seconds(all.map(({ ms }) => ms)),
		ratio(timeOf(figures, name), timeOf(figures, PAGED)),
		Math.min(...all.map(({ ids }) => ids.length)),
		Math.max(...all.map(({ pages }) => pages)),
		Math.max(...all.map(({ pastEnd }) => pastEnd)),
		...megabytes(memory.get(name)),
	]);
}

function readingPromises({ figures, people }: { figures: Figures; people: number }) {
	const mine = figures.get(names.ours) ?? [];
	const share = timeOf(figures, names.ours) / timeOf(figures, PAGED);
	const expected = JSON.stringify(figures.get(PAGED)?.[0]?.ids);
	const pastEnd = Math.max(...mine.map((read) => read.pastEnd));
	return [
		{
			what: `at most ${MOST_OF_TIME} of the time of page after page (measured: ${share.toFixed(2)} of it)`,
			holds: share <= MOST_OF_TIME,
		},
		{
			what: 'the same people in the same order',
			holds: mine.every(({ ids }) => ids.length === people && JSON.stringify(ids) === expected),
		},
		{ what: `at most ${MOST_PAST_END} pages past the end (measured: ${pastEnd})`, holds: pastEnd <= MOST_PAST_END },
	];
}

async function compareReading(place: Place, say: (line: string) => void) {
	const { workspace } = place;
	await workspace.addPeople(PEOPLE);
	const people = await workspace.countPeople();
	const contenders = [readAhead(place), httpPagination(place), sdkPages(place)].map((reader) => ({
		name: reader.name,
		measure: async () => await read(place, reader, people),
	}));
	await workspace.misbehave({ latency: LATENCY_MS });
	return { figures: await inTurns(ROUNDS, contenders, say), people };
}

async function read({ workspace }: Place, reader: Reader, people: number): Promise<Read> {
	const since = Date.now();
	const begun = performance.now();
	const ids = await reader.read();
	const ms = performance.now() - begun;
	const asked = await workspace.askedSince(since);
	const pastEnd = asked.filter(({ path, query }) => {
		const pages = Math.ceil(people / Number(query.per_page ?? 20));
		return Number(path.split('/').at(-1)) > pages;
	});
	return { ms, ids, pages: asked.length, pastEnd: pastEnd.length };
}

async function compareMemory(place: Place, say: (line: string) => void): Promise<Map<string, Memory>> {
	await place.workspace.addPeople(CROWD);
	const readers = [
		['ours', names.ours],
		['http', PAGED],
	] as const;
	const memory = new Map<string, Memory>();
	for (const [reader, name] of readers) {
		say(`memory: ${name}`);
		memory.set(name, await memoryOf(reader, place));
	}
	return memory;
}

const megabytes = (memory: Memory | undefined) =>
	memory ? [`${memory.peak.toFixed(0)} MB`, `${memory.held.toFixed(0)} MB`] : ['', ''];

function memoryPromise(memory: Memory | undefined) {
	const { peak = NaN, count = 0 } = memory ?? {};
	return {
		what: `${CROWD.toLocaleString('en')} people take less than ${MOST_MEGABYTES} MB (measured: ${peak.toFixed(0)} MB)`,
		holds: count > CROWD && peak < MOST_MEGABYTES,
	};
}
