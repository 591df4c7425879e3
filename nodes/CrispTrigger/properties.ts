import type { INodeProperties } from 'n8n-workflow';
import { selectionProperties } from '../shared/events/selection/selectionForm';

/** The form of the trigger. */
export function triggerProperties(): INodeProperties[] {
	return [
		...selectionProperties(),
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
						'The maximum number of events in one execution, each as an item. For busy workspaces: one execution for many events is faster than many executions. Without this option, each event starts its own execution.',
				},
				{
					displayName: 'Batch Wait (Milliseconds)',
					name: 'batchWait',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 250,
					description: "How many milliseconds an event waits for others to share its execution, if 'Batch Size' is set",
				},
				{
					displayName: 'Look Back (Hours)',
					name: 'lookBackHours',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 24,
					description:
						'How far back to look for events that were missed while the connection or n8n was down: messages, new people, and changes of the state and assignment of conversations. 0 turns this off.',
				},
			],
		},
	];
}
