import type { INodeProperties } from 'n8n-workflow';
import { choiceProperties } from '../shared/choiceForm';

/** What n8n shows for the trigger. */
export function triggerProperties(): INodeProperties[] {
	return [
		...choiceProperties(),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{
					displayName: 'Look Back (Hours)',
					name: 'lookBackHours',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 24,
					description:
						'How far back to look for messages and new people that were missed while the line or n8n was down. 0 looks back at nothing.',
				},
			],
		},
	];
}
