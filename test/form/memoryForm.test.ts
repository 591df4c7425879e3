import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeParameters, INodeProperties, ISupplyDataFunctions } from 'n8n-workflow';
import type { Credential } from '../../nodes/shared/api/transport';
import { settingsOf } from '../../nodes/CrispMemory/settings';
import { leastCharacters } from '../../nodes/CrispMemory/chatMessages';
import { crisp, crispMemory, nodeWith } from '../support/n8nContext';

const { description } = crispMemory;
const folder = join(__dirname, '../../nodes/CrispMemory');
const named = (name: string, properties = description.properties) =>
	properties.find((property) => property.name === name) as INodeProperties;
const options = (named('options').options as INodeProperties[]) ?? [];

describe('the form of Crisp Memory', () => {
	it('is a memory, with the icons of the other nodes', () => {
		expect(description).toMatchObject({ inputs: [], outputs: ['ai_memory'], icon: crisp.description.icon });
		for (const icon of Object.values(description.icon as object) as string[]) {
			expect(existsSync(join(folder, icon.replace('file:', '')))).toBe(true);
		}
		const codex = JSON.parse(readFileSync(join(folder, 'CrispMemory.node.json'), 'utf8')) as object;
		expect(codex).toMatchObject({
			node: 'n8n-nodes-crisp.crispMemory',
			categories: ['AI'],
			subcategories: { AI: ['Memory'] },
		});
	});

	it('offers the same lists as the Crisp node, and has the methods for them', () => {
		const modesOf = (property: INodeProperties) => JSON.stringify(property.modes);
		for (const [name, ofMemory] of [
			['websiteId', named('websiteId')],
			['sessionId', named('sessionId')],
		] as const) {
			expect(modesOf(ofMemory)).toBe(modesOf(named(name, crisp.description.properties)));
		}
		const used = new Set(JSON.stringify(description).match(/(?<="searchListMethod":")\w+/g));
		expect(Object.keys(crispMemory.methods.listSearch).sort()).toEqual([...used].sort());
	});

	it('has the values that it shows: an option that is not added counts as its initial value', () => {
		const websiteId = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
		const read = (given: object) => {
			const parameters = { websiteId, sessionId: 'session_1', leaveOut: '', options: given };
			const context = {
				getNode: () => nodeWith('crispMemory', parameters as INodeParameters),
				getTimezone: () => 'UTC',
				getNodeParameter: (name: keyof typeof parameters) => parameters[name],
			};
			return settingsOf(context as unknown as ISupplyDataFunctions, 0, {} as Credential);
		};
		const shown = Object.fromEntries(options.map(({ name, default: initial }) => [name, initial]));
		expect(options.map(({ name }) => name)).toEqual(['includeNotes', 'maxCharacters', 'maxMessages']);
		expect(read({})).toEqual(read(shown));
		expect(named('maxCharacters', options).typeOptions?.minValue).toBe(leastCharacters);
	});
});
