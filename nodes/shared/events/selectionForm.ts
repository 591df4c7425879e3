import type { INodeProperties, NodeHint } from 'n8n-workflow';
import { derivedEvents, events, legacyEvents, messageTypes, type CrispEvent } from './catalogue';

/** What both triggers let a user choose: events, websites, filters. Read by `readChoice`. */
export function selectionProperties(): INodeProperties[] {
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
			displayName: 'Legacy events are in no reference of today: whether Crisp still sends them is not known.',
			name: 'legacyNotice',
			type: 'notice',
			default: '',
			displayOptions: { show: { events: legacyEvents } },
		},
		{
			displayName: 'Website Names or IDs',
			name: 'websiteIds',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getWebsites' },
			default: [],
			description:
				'The websites to listen to. Empty means the default website of the credential, or every website of the token if it has none. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Author',
					name: 'author',
					type: 'options',
					options: [
						{ name: 'Operator', value: 'operator' },
						{ name: 'Visitor', value: 'user' },
					],
					default: 'user',
					description: 'Whose messages start the workflow; other events are not affected',
				},
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
					displayName: 'Inbox Names or IDs',
					name: 'inboxes',
					type: 'multiOptions',
					typeOptions: { loadOptionsMethod: 'getInboxes', loadOptionsDependsOn: ['websiteIds'] },
					default: [],
					description:
						'The inboxes whose events start the workflow; "main" is the main inbox. Events of no inbox are not affected. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
				},
				{
					displayName: 'Message Types',
					name: 'messageTypes',
					type: 'multiOptions',
					options: messageTypes.map((value) => ({ name: value.charAt(0).toUpperCase() + value.slice(1), value })),
					default: ['text'],
					description: 'The types of message that start the workflow; other events are not affected',
				},
				{
					displayName: 'Origins',
					name: 'origins',
					type: 'string',
					default: '',
					placeholder: 'e.g. chat, email, urn:crisp.im:whatsapp',
					description:
						'Where the messages come from that start the workflow, separated by commas: chat, email, or the beginning of a URN. Other events are not affected.',
				},
				{
					displayName: 'Segment Names or IDs',
					name: 'segments',
					type: 'multiOptions',
					typeOptions: { loadOptionsMethod: 'getSegments', loadOptionsDependsOn: ['websiteIds'] },
					default: [],
					description:
						'The segments of which a conversation or a contact has to have one, for its events to start the workflow; others are not affected. Events do not say it, so the node asks Crisp; what it cannot ask, passes. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
				},
			],
		},
	];
}

/** Shows on the canvas what a trigger listens to. n8n has the values of a list there, but not their names. */
export function listeningSubtitle(): string {
	const named = Object.fromEntries([...events, ...derivedEvents].map(({ name, label }) => [name, wordsOf(label)]));
	return `={{ $parameter.events.map((name) => (${JSON.stringify(named)})[name] ?? name).join(', ') }}`;
}

/** Says in the panel of a trigger, for each event that is chosen, that it listens to it. */
export function listeningHints(): NodeHint[] {
	return [...events, ...derivedEvents].map(({ name, label }) => ({
		message: `Listens to <b>${wordsOf(label)}</b> (${name})`,
		// n8n shows fixed texts only, so that each event needs one of its own.
		displayCondition: `={{ $parameter.events.includes('${name}') }}`,
		whenToDisplay: 'beforeExecution',
		location: 'outputPane',
	}));
}

/** The label of an event, outside the list that its first words group. */
function wordsOf(label: string): string {
	return label.replace(' - ', ': ');
}

function descriptionOf({ name, of, tiers, isLegacy }: CrispEvent): string {
	if (of) return `${name}, read from ${of}`;
	return isLegacy ? `${name}, in no reference of today` : `${name}${onlyFor(tiers)}`;
}

function onlyFor(tiers: readonly string[]): string {
	return tiers.length === 3 ? '' : `, for tokens of tier ${tiers.join(' and ')} only`;
}
