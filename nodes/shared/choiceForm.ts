import type { INodeProperties } from 'n8n-workflow';
import { locatorModes, nothingChosen } from '../Crisp/locators';
import { derivedEvents, events, messageTypes, type CrispEvent } from './events';

/** What both triggers let a user choose: events, a website, filters. Read by `readChoice`. */
export function choiceProperties(): INodeProperties[] {
	const eventOptions = [...events, ...derivedEvents]
		.map((event) => ({ name: event.label, value: event.name, description: descriptionOf(event) }))
		.sort((a, b) => a.name.localeCompare(b.name));
	return [
		{
			displayName: 'Trigger On',
			name: 'events',
			type: 'multiOptions',
			required: true,
			noDataExpression: true,
			options: eventOptions,
			default: [],
		},
		{
			displayName: 'Website',
			name: 'websiteId',
			type: 'resourceLocator',
			default: nothingChosen,
			modes: locatorModes('website'),
			description:
				'The website to listen to. Leave empty for the default website of the credential, or for every website of the token if it has none.',
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Ignore Automated Messages',
					name: 'ignoreAutomated',
					type: 'boolean',
					default: true,
					description: 'Whether to leave out messages that are marked as written by a bot, of whatever program',
				},
				{
					displayName: 'Ignore Own Messages',
					name: 'ignoreOwn',
					type: 'boolean',
					default: true,
					description:
						'Whether to leave out messages that a Crisp node of this n8n sent, so that a workflow does not answer itself. This is also how it is without the filter.',
				},
				{
					displayName: 'Inboxes',
					name: 'inboxes',
					type: 'string',
					default: '',
					placeholder: 'e.g. main, d42e8b3b-ea8f-4e79-a9f8-d0e467fc1c31',
					description:
						'IDs of the inboxes whose events start the workflow, separated by commas; "main" is the main inbox. Events of no inbox are not affected.',
				},
				{
					displayName: 'Message Types',
					name: 'messageTypes',
					type: 'multiOptions',
					options: messageTypes.map((value) => ({ name: value.charAt(0).toUpperCase() + value.slice(1), value })),
					default: ['text'],
					description: 'The types of message that start the workflow; other events are not affected',
				},
			],
		},
	];
}

function descriptionOf({ name, of, tiers, isLegacy }: CrispEvent): string {
	if (of) return `${name}, read from ${of}`;
	return isLegacy ? `${name}, in no reference of today` : `${name}${onlyFor(tiers)}`;
}

function onlyFor(tiers: readonly string[]): string {
	return tiers.length === 3 ? '' : `, for tokens of tier ${tiers.join(' and ')} only`;
}
