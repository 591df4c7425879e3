import type { IDataObject } from 'n8n-workflow';
import { isUncertain } from '../../../shared/errors/apiErrors';
import { withPartialResult } from '../../../shared/errors/partialResult';
import { named } from '../../../shared/events/vocabulary';
import { sizeInCharacters, Store } from '../../../shared/runtime/processState';
import { toEntries, withTargets } from '../../execute/output';
import type { ComposedOperation, Composing, TableOperation } from '../../operations/operation';
import { nothingToUpdate } from '../../request/buildRequest';
import { setAt } from '../../request/toWire';
import { pathOf } from './conversations';

/**
 * Makes a row whose body has custom data in `data` keep the keys that the user did not set. Crisp does not document
 * whether PATCH keeps them. The path of the row has to answer GET with the data, too. The form is that of the row.
 */
export function keepingData(row: TableOperation): TableOperation & ComposedOperation {
	return {
		...row,
		async compose(composing) {
			const { values } = composing;
			const body: IDataObject = {};
			for (const name of Object.keys(row.body ?? {})) {
				if (values[name] !== undefined) setAt(body, name, values[name]);
			}
			if (Object.keys(body).length === 0) throw nothingToUpdate('updateFields');
			const path = pathOf(row.route, values);
			const answer = await composing.once('update', async () => await updateData(composing, path, body));
			const targets = Object.fromEntries(row.variables.map((name) => [name, String(values[name])]));
			return toEntries(row, answer).map((json) => ({ json: withTargets(row, targets, json) }));
		},
	};
}

/**
 * Sends a PATCH, and returns Crisp's answer. If it sets custom data and other keys were there before, reads the data
 * afterwards, and restores keys that vanished. Never writes a value that the user did not set, unless it vanished.
 *
 * Takes one request without custom data, two if there were no other keys, otherwise three; more if Crisp does not show the
 * update yet, or did not keep the keys. Safe to repeat if it fails: the keys from before are remembered, also for the next
 * execution that updates the same data, and the error hands them over as `data_before`.
 */
export async function updateData(composing: Composing, path: string, body: IDataObject): Promise<unknown> {
	const { client } = composing;
	const write = async (changes: IDataObject) => await client.send({ method: 'PATCH', path, body: changes });
	const read = async () => dataIn(await client.send({ method: 'GET', path }));
	const { data } = body;
	if (!isObject(data)) return await write(body);
	// After a failure, Crisp may no longer have what vanished.
	const before = await composing.once('data before', async () => ({ ...endangered.get(path), ...(await read()) }));
	const isElsewhere = ([key]: [string, unknown]) => !Object.hasOwn(data, key);
	const others = Object.fromEntries(Object.entries(before).filter(isElsewhere));
	let isWritten = false;
	try {
		const answer = await write(body);
		isWritten = true;
		if (Object.keys(others).length > 0) await restore(composing, { read, write, before, data, others, path });
		endangered.delete(path);
		return answer;
	} catch (error) {
		const isChanged = isWritten || isUncertain(error);
		if (!isChanged || Object.keys(others).length === 0) throw error as Error;
		endangered.set(path, others);
		throw endangeredError(composing, error, others);
	}
}

/** Custom data that an update that failed may have removed, by the path of the data. */
const endangered = new Store<IDataObject>({
	name: 'custom data that an unfinished update may have removed, by conversation or person',
	maxEntries: 10_000,
	maxAge: 24 * 3_600_000,
	maxSize: 20_000_000,
	sizeOf: sizeInCharacters,
});

function endangeredError({ node, values }: Composing, error: unknown, others: IDataObject): Error {
	const { website_id, session_id, people_id } = values;
	const ids = { website_id, session_id, people_id };
	const given = Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined));
	return withPartialResult(node, error, {
		message: `Other custom data may be missing now: ${Object.keys(others).join(', ')}. Retry On Fail restores it.`,
		advice:
			"Another execution within a day restores it, too, if it sets custom data of the same conversation or person. After a restart of n8n, set the values under 'Custom Data': the error item has them in data_before.",
		result: named({ ...given, data_before: others }),
	});
}

/** The pauses before each reading, in milliseconds: together longer than Crisp's cache, which supposedly takes 10 s. */
const pauses = [0, 1_000, 2_000, 4_000, 6_000];
/** The same if only the time tells that an answer is current. */
const blindPauses = [0, 13_000];
/** How often keys are restored: somebody else may update the same data at the same time. */
const mostRestorations = 3;

/** Places where Crisp kept the other keys of custom data, by website and kind. */
const keptLately = new Store<boolean>({
	name: 'whether Crisp keeps custom data, by website and kind',
	maxEntries: 1_000,
	maxAge: 3_600_000,
});

interface Update {
	path: string;
	read(): Promise<IDataObject>;
	write(changes: IDataObject): Promise<unknown>;
	before: IDataObject;
	/** The keys that the user set. */
	data: IDataObject;
	/** The keys from before that the user did not set. */
	others: IDataObject;
}

async function restore(composing: Composing, { path, read, write, before, data, others }: Update): Promise<void> {
	const place = path.replace(/\/(session_[^/]*\/meta|data\/[^/]*)$/, '');
	// If the user set what was there already, an outdated answer looks like a current one.
	const isVisible = !shows(before, data) || keptLately.has(place);
	let wanted = { ...others, ...withoutEmpty(data) };
	let written = data;
	for (let restorations = 0; restorations < mostRestorations; restorations++) {
		const found = await readCurrent(composing, { read, written, others, isVisible });
		const vanished = Object.keys(wanted).filter((key) => !Object.hasOwn(found.data, key));
		const areKept = Object.keys(others).every((key) => Object.hasOwn(found.data, key));
		if (areKept && found.isCurrent && restorations === 0) keptLately.set(place, true);
		// If only the user's own keys are missing, Crisp does not show the update yet.
		if (areKept) return;
		keptLately.delete(place);
		written = Object.fromEntries(vanished.map((key) => [key, wanted[key]])) as IDataObject;
		// Where Crisp does not keep keys, everything that is not sent would be lost, including what others have set meanwhile.
		wanted = { ...wanted, ...found.data };
		await write({ data: wanted });
	}
}

interface Reading extends Pick<Update, 'read' | 'others'> {
	/** What was written last. */
	written: IDataObject;
	/** Whether an answer shows by itself that it is current. */
	isVisible: boolean;
}

/** Reads until the answer shows what was written, or until it can no longer come from Crisp's cache. */
async function readCurrent(
	{ clock, signal }: Composing,
	{ read, written, others, isVisible }: Reading,
): Promise<{ data: IDataObject; isCurrent: boolean }> {
	let data: IDataObject = {};
	for (const pause of isVisible ? pauses : blindPauses) {
		if (pause > 0) await clock.sleep(pause, signal);
		data = await read();
		const isVanished = Object.keys(others).some((key) => !Object.hasOwn(data, key));
		if (shows(data, written) && (isVisible || isVanished)) return { data, isCurrent: true };
	}
	return { data, isCurrent: shows(data, written) };
}

/** Whether data has these values. Crisp may remove a key with an empty text, and return a number as text. */
function shows(data: IDataObject, values: IDataObject): boolean {
	return Object.entries(values).every(([key, value]) => {
		const found = Object.hasOwn(data, key) ? data[key] : '';
		return textOf(found) === textOf(value);
	});
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

function withoutEmpty(data: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== ''));
}

/** The custom data in an answer; Crisp leaves it out where there is none. */
function dataIn(answer: unknown): IDataObject {
	const data = isObject(answer) ? answer.data : undefined;
	return isObject(data) ? data : {};
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
