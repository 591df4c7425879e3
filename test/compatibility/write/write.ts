import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';
import { formOf } from '../support/forms';
import { folderOf, useSavedInstance } from '../support/place';
import { writtenCredentials } from './credentials';
import { writtenOperations } from './operations';

/** The nodes of the package, by the name of their type. */
const nodes = { crisp, crispMemory, crispTrigger, crispWebhookTrigger };

/** Writes what workflows of this version save, and what its nodes do, into `test/compatibility/<version>`. */
export async function writeVersion(version: string): Promise<void> {
	useSavedInstance();
	const folder = folderOf(version);
	const operations = await writtenOperations((name, { message }) => console.log(`Left out: ${name} (${message})`));
	rmSync(folder, { recursive: true, force: true });
	const write = (file: string, content: unknown) => {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		writeFileSync(join(folder, file), textOf(content));
	};
	for (const { resource, workflow, saved } of operations) {
		write(`workflows/${resource}.json`, workflow);
		write(`runs/${resource}.json`, saved);
	}
	const forms = Object.entries(nodes).map(([name, { description }]) => [name, formOf(description.properties)]);
	write('forms.json', { ...Object.fromEntries(forms), crispApi: formOf(new CrispApi().properties) });
	write('credentials.json', await writtenCredentials());
}

const longest = 600;

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
