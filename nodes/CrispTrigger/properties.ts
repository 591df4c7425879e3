import type { INodeProperties } from 'n8n-workflow';
import { longestGather, shortestPollSeconds } from './settings';
import { derivedEvents, events, integrationEvents } from '../shared/events/catalogue';
import { legacyProperty, selectionProperties } from '../shared/events/selection/selectionForm';
import { usualStartsPerMinute } from './starts/releasePolicy';

/** What the trigger can start on. */
export const offeredEvents = [...events, ...derivedEvents, ...integrationEvents];

/** The form of the trigger. */
export function triggerProperties(): INodeProperties[] {
	return [
		...selectionProperties(offeredEvents),
		{
			displayName: 'Use Sample Event',
			name: 'useSampleEvent',
			type: 'boolean',
			default: false,
			description:
				'Whether a test in the editor shows a made-up event of each chosen kind at once, instead of waiting for one in Crisp. Once the workflow is published, this has no effect.',
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [
				{
					displayName: 'Batch Size',
					name: 'batchSize',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 100,
					description:
						'The maximum number of events in one execution, each as an item, for busy workspaces. If no execution of this trigger is running, an event starts one at once. Otherwise it waits, and all waiting events start the next execution together. Without this option, each event starts its own execution.',
				},
				{
					displayName: 'Batch Wait (Milliseconds)',
					name: 'batchWait',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 250,
					description: "How many milliseconds an event waits at most for running executions, if 'Batch Size' is set",
				},
				{
					displayName: 'Connection',
					name: 'connection',
					type: 'options',
					options: [
						{
							name: 'Automatic',
							value: 'automatic',
							description: 'Realtime connection; polls the API while there is none',
						},
						{
							name: 'Polling Only',
							value: 'polling',
							description: 'Asks the API every 30 seconds to 3 minutes, and opens no connection',
						},
						{
							name: 'Realtime Only',
							value: 'realtime',
							description: 'Never polls: without a connection, events are read once it works again',
						},
					],
					default: 'automatic',
					description:
						'How events arrive. Polling finds messages, new people, and changes of the state and assignment of conversations; other events cannot arrive this way.',
				},
				{
					displayName: 'Daily Quota (Requests)',
					name: 'dailyQuota',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 5000,
					description:
						"How many requests the token may send in a day, for 'Integration - Daily Quota Running Low'. Without this option, what Crisp documents: 10,000 for a website token, 5,000 for a plugin token. Set it if Crisp raised the quota of your plugin, for a development token, and for a user token.",
				},
				{
					displayName: 'Gather Messages (Seconds)',
					name: 'gatherSeconds',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: longestGather / 1_000 },
					default: 3,
					description:
						'What a visitor writes in a conversation starts one execution, each message as an item in order, once nothing has come for so many seconds (at the latest after five times as long). For bots that answer once when several short messages come. Without this option, each message starts its own execution.',
				},
				legacyProperty,
				{
					displayName: 'Look Back (Hours)',
					name: 'lookBackHours',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 24,
					description:
						'How far back to look for events that were missed while the connection or n8n was down: messages, new people, and changes of the state and assignment of conversations. 0 turns this off.',
				},
				{
					displayName: 'Poll Interval (Seconds)',
					name: 'pollSeconds',
					type: 'number',
					typeOptions: { minValue: shortestPollSeconds },
					default: 60,
					description:
						'How many seconds pass between two polls while there is no realtime connection. Without this option, 30 seconds while events arrive and up to 3 minutes while it is quiet, in at most 1,000 requests a day. To turn polling off, set Connection to Realtime Only.',
				},
				{
					displayName: 'Starts per Conversation and Minute',
					name: 'startsPerMinute',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: usualStartsPerMinute,
					description: `How often the events of one conversation start the workflow within a minute, so that a visitor who sends very many messages does not cost as many executions at once. More events wait, and start it later, in order; other conversations do not wait. What 'Loop Brake (Starts per Minute)' limits is not counted. 0 for no limit. Without this option, ${usualStartsPerMinute}.`,
				},
			],
		},
	];
}
