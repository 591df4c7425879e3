import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';
import { formOf } from '../support/forms';
import { folderOf, useSavedInstance } from '../support/place';
import { writtenCredentials } from './credentials';
import type { Case } from './cases';
import { writtenOperations } from './operations';
import { writtenMemories } from './memories';
import { writtenStaticData } from './staticData';
import { writtenWaits } from './waits';
import { whileReading } from '../support/manyWebsites';
import type { SavedCredential } from '../support/credentials';
import { writtenDeliveries, writtenEvents, writtenKeys, writtenTriggers } from './triggers';

/** The nodes of the package, by the name of their type. */
const nodes = { crisp, crispMemory, crispTrigger, crispWebhookTrigger };

/** Writes what workflows of this version save, and what its nodes do, into `test/compatibility/<version>`. */
export async function writeVersion(version: string): Promise<void> {
	useSavedInstance();
	const folder = folderOf(version);
	const operations = await writtenOperations(onRefused);
	const files = new Map<string, unknown>();
	const write = (file: string, content: unknown) => void files.set(file, content);
	for (const { resource, workflow, saved } of operations) {
		write(`workflows/${resource}.json`, workflow);
		write(`runs/${resource}.json`, saved);
	}
	const forms = Object.entries(nodes).map(([name, { description }]) => [name, formOf(description.properties)]);
	write('forms.json', { ...Object.fromEntries(forms), crispApi: formOf(new CrispApi().properties) });
	const credentials = await writtenCredentials();
	const [website, plugin] = credentials.filter(({ data }) => data.isSimulated) as [SavedCredential, SavedCredential];
	write('credentials.json', credentials);
	const { workflow, settings } = writtenTriggers(plugin);
	write('workflows/triggers.json', workflow);
	write('triggerSettings.json', settings);
	write('events.json', await writtenEvents(plugin));
	write('keys.json', await writtenKeys(plugin));
	write('deliveries.json', await writtenDeliveries(website, plugin));
	write('staticData.json', await writtenStaticData());
	write('manyWebsites.json', await whileReading());
	write('waits.json', await writtenWaits());
	write('memories.json', await writtenMemories());
	// Only now: what fails leaves the folder as it is.
	rmSync(folder, { recursive: true, force: true });
	for (const [file, content] of files) {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		writeFileSync(join(folder, file), textOf(content));
	}
}

/** A form of which everything has to run stops the writing; what became of the others is printed. */
function onRefused({ operation, name, ifRefused }: Case, error: Error): undefined {
	if (ifRefused === 'fail') throw new Error(`${operation}: ${name}: ${error.message}`);
	console.log(`Refused: ${operation}: ${name} (${error.message})`);
}

const longest = 2_000;

/** JSON with a line for each short object and list, so that a difference between two versions can be read. */
function textOf(value: unknown, indent = ''): string {
	const text = JSON.stringify(value);
	if (text === undefined || text.length <= longest || typeof value !== 'object' || value === null) return text;
	const inner = `${indent} `;
	const lines = Array.isArray(value)
		? value.map((entry) => textOf(entry ?? null, inner))
		: Object.entries(value)
				.filter(([, entry]) => entry !== undefined)
				.map(([name, entry]) => `${JSON.stringify(name)}:${textOf(entry, inner)}`);
	const [open, close] = Array.isArray(value) ? '[]' : '{}';
	return `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`;
}
