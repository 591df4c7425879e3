import { UserError, type IDataObject, type IExecuteFunctions, type ISupplyDataFunctions } from 'n8n-workflow';
import { parametersOf } from '../Crisp/execute/parameters';
import { fingerprints, flag, number } from '../Crisp/operations/field';
import type { ComposedOperation } from '../Crisp/operations/operation';
import { readFields, readPath } from '../Crisp/request/buildRequest';
import { identifierIn } from '../Crisp/request/cleanText';
import { fieldsOf } from '../Crisp/request/fieldsOf';
import { toWire } from '../Crisp/request/toWire';
import type { Credential } from '../shared/api/transport';
import { itemCountOf } from '../shared/n8n/context';
import { leastCharacters } from './chatMessages';

/** What the form says. */
export interface Settings {
	/** By wire name: `website_id`, `session_id`, `max_messages` and `include_notes`. */
	values: IDataObject;
	/** The fingerprints of the messages that the agent is asked. */
	leftOut: Set<number>;
	/** In characters. */
	most: number;
	timezone: string;
}

/** The options of the form, with its defaults, as fields of an operation: so they are read and checked in the same way. */
const fields: Pick<ComposedOperation, 'variables' | 'body'> = {
	variables: ['website_id', 'session_id'],
	body: {
		max_characters: number('', { fallback: 8_000 }),
		max_messages: number('', { fallback: 40 }),
		include_notes: flag('', { fallback: false }),
	},
};
const reading = fields as ComposedOperation;

const leaveOut = fingerprints('');

/**
 * Reads the form. Throws a UserError that names the field for an invalid value, and if the items are of several
 * conversations: n8n asks for one memory, by the first item, and uses it for all items of the agent, so that one visitor
 * would be told what another one wrote.
 */
export function settingsOf(context: ISupplyDataFunctions, itemIndex: number, { websiteId }: Credential): Settings {
	const parametersOfItem = parametersOf(context as unknown as IExecuteFunctions);
	const settingsFor = (item: number) => {
		const parameters = parametersOfItem(item);
		const given = { parameters, defaultWebsite: identifierIn(websiteId ?? ''), collection: 'options' };
		const values = readFields(
			fieldsOf(reading).filter(({ place }) => place === 'body'),
			given,
		);
		const asked = toWire('leave_out', leaveOut, parameters.get('leaveOut'), parameters.timezone);
		return { path: readPath(reading, given), values, asked: (asked ?? []) as number[] };
	};
	const own = settingsFor(itemIndex);
	const leftOut = new Set(own.asked);
	for (let item = itemIndex === 0 ? 1 : Infinity; item < itemCountOf(context); item++) {
		const { path, asked } = settingsFor(item);
		if (JSON.stringify(path) !== JSON.stringify(own.path)) {
			throw new UserError('The items of the agent are of several conversations', {
				description:
					"n8n uses one memory for all items that an agent gets, so that it would tell one visitor what another one wrote. Put a 'Loop Over Items' node with 'Batch Size' 1 before the agent, or choose one 'Conversation' for all items.",
			});
		}
		for (const fingerprint of asked) leftOut.add(fingerprint);
	}
	const { max_characters, ...values } = Object.fromEntries(own.values) as IDataObject;
	const most = Number(max_characters);
	if (!(most >= leastCharacters)) {
		throw new UserError(`'Max Characters' is too small: ${most}`, { description: `Give ${leastCharacters} or more.` });
	}
	const { timezone } = parametersOfItem(itemIndex);
	return { values: { ...values, ...own.path }, leftOut, most, timezone };
}
