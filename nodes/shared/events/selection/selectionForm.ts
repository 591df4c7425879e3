import type { INodeProperties, INodePropertyOptions, NodeHint } from 'n8n-workflow';
import { largestMaxStarts, usualMaxStarts } from '../loops/loopBrake';
import {
	derivedEvents,
	events as crispEvents,
	everydayEvents,
	messageTypeHints,
	messageTypeNames,
	type CrispEvent,
} from '../catalogue';

/** The events that Crisp sends to triggers of both kinds. */
const usuallyOffered = [...crispEvents.filter(({ isLegacy }) => !isLegacy), ...derivedEvents];

/** The form fields of both triggers for events, websites and filters. `readSelection` reads their values. */
export function selectionProperties(offered = usuallyOffered): INodeProperties[] {
	return [
		{
			displayName: 'Trigger On',
			name: 'events',
			type: 'multiOptions',
			required: true,
			noDataExpression: true,
			// n8n's node panel shows these options as triggers, in this order.
			options: offered
				.filter(({ isLegacy }) => !isLegacy)
				.sort(byRank)
				.map(optionOf),
			default: [],
			description: 'What starts the workflow. The list can be searched.',
		},
		{
			displayName: 'Website Names or IDs',
			name: 'websiteIds',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getWebsites' },
			default: [],
			description:
				'The websites to listen to. Empty means the default website of the credential, or every website of the token if it has none. For a plugin token, choose websites: otherwise each website that installs the plugin later starts the workflow, too. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
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
					displayName: 'If a Lookup Fails',
					name: 'ifLookupFails',
					type: 'options',
					options: [
						{
							name: 'Do Not Start',
							value: 'doNotStart',
							description: "The event is left out, and n8n's log says so: the workflow never runs unchecked",
						},
						{ name: 'Start Anyway', value: 'startAnyway', description: 'The event passes this filter, unchecked' },
					],
					default: 'doNotStart',
					description:
						"What happens if a filter needs data that could not be fetched from Crisp, such as segments. Also decides about 'Message - First by Visitor in New Conversation'. Without this filter, the workflow starts anyway.",
				},
				{
					displayName: 'Ignore Automated Messages',
					name: 'ignoreAutomated',
					type: 'boolean',
					default: true,
					description:
						"Whether to ignore messages that any program marked as automated, and those whose origin is Crisp's own bot, an automation, or a plugin of another vendor",
				},
				{
					displayName: 'Ignore Origins',
					name: 'ignoreOrigins',
					type: 'string',
					default: '',
					placeholder: 'e.g. urn:crisp.im:bot, urn:acme:assistant',
					description:
						'The origins of messages to ignore, separated by commas: chat, email, or the beginning of a URN. Other events are not affected.',
				},
				{
					displayName: 'Ignore Own Actions',
					name: 'ignoreOwn',
					type: 'boolean',
					default: true,
					description:
						'Whether to ignore messages that a Crisp node of this n8n sent with the same token, and what a Crisp node of this workflow changed within the last minute, so that a workflow does not start itself. On by default, even without this filter.',
				},
				{
					displayName: 'Inbox Names or IDs',
					name: 'inboxes',
					type: 'multiOptions',
					typeOptions: { loadOptionsMethod: 'getInboxes', loadOptionsDependsOn: ['websiteIds'] },
					default: [],
					description:
						'The inboxes whose events start the workflow; "main" is the main inbox. Events without an inbox are not affected. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
				},
				{
					displayName: 'Loop Brake (Starts per Minute)',
					name: 'loopBrake',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: largestMaxStarts },
					default: usualMaxStarts,
					description: `How often the workflow may start within a minute for one conversation or person, by events that a workflow can cause. More starts look like a loop: the events are held back until none has come for a minute, and an error is reported. What visitors and operators write is not counted. 0 for no limit. Without this filter, ${usualMaxStarts}.`,
				},
				{
					displayName: 'Message Types',
					name: 'messageTypes',
					type: 'multiOptions',
					options: Object.entries(messageTypeNames).map(([value, name]) => ({
						name,
						value,
						description: messageTypeHints[value],
					})),
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
						'The origins of messages that start the workflow, separated by commas: chat, email, or the beginning of a URN. Other events are not affected.',
				},
				{
					displayName: 'Segment Names or IDs',
					name: 'segments',
					type: 'multiOptions',
					typeOptions: { loadOptionsMethod: 'getSegments', loadOptionsDependsOn: ['websiteIds'] },
					default: [],
					description:
						'Only start for conversations or contacts with at least one of these segments; events of neither are not affected. Events do not include segments, so the node fetches them from Crisp; if that fails, the event passes, unless "If a Lookup Fails" says otherwise. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
				},
			],
		},
	];
}

/**
 * The events that Crisp no longer documents: not in the list above, and so not in n8n's node panel. `readSelection` adds
 * them to the others.
 */
export const legacyProperty: INodeProperties = {
	displayName: 'Legacy Events',
	name: 'legacyEvents',
	type: 'multiOptions',
	options: crispEvents.filter(({ isLegacy }) => isLegacy).map(optionOf),
	default: [],
	description:
		'Events that start the workflow besides those above. Crisp no longer documents legacy events and may have stopped sending them.',
};

/** The subtitle on the canvas: the selected events. n8n provides the values of a list there, but not their labels. */
export function listeningSubtitle(offered = usuallyOffered): string {
	const named = Object.fromEntries(offered.map(({ name, label }) => [name, eventText(label)]));
	return `={{ [...$parameter.events, ...($parameter.options?.legacyEvents ?? [])].map((name) => (${JSON.stringify(named)})[name] ?? name).join(', ') }}`;
}

/** Hints in the panel of a trigger: one for each selected event. */
export function listeningHints(offered = usuallyOffered): NodeHint[] {
	return offered.map(({ name, label, sentence, isLegacy }) => ({
		message: `Listens to <b>${eventText(label)}</b>: ${sentence}`,
		// n8n supports only fixed texts, so each event needs a separate hint.
		displayCondition: isLegacy
			? `={{ ($parameter.options?.legacyEvents ?? []).includes('${name}') }}`
			: `={{ $parameter.events.includes('${name}') }}`,
		whenToDisplay: 'beforeExecution',
		location: 'outputPane',
	}));
}

/** The label of an event for use outside of the list, in which the part before the dash groups the events. */
function eventText(label: string): string {
	return label.replace(' - ', ': ');
}

function optionOf({ name, label, title, tiers, sentence }: CrispEvent): INodePropertyOptions {
	// n8n shows `action` in the node panel.
	return { name: label, value: name, action: title, description: `${sentence}${onlyFor(tiers)}` };
}

/** Everyday events first, then all others by their labels. */
function byRank(a: CrispEvent, b: CrispEvent): number {
	return rankOf(a) - rankOf(b) || a.label.localeCompare(b.label);
}

function rankOf({ name }: CrispEvent): number {
	const rank = everydayEvents.indexOf(name);
	return rank === -1 ? everydayEvents.length : rank;
}

function onlyFor(tiers: readonly string[]): string {
	return tiers.length === 3 ? '' : ` (${tiers.join(' or ')} token only)`;
}
