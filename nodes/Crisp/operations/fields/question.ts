import { longText, text } from '../field';

/** Fields that Send and Send and Wait have in common. */

export const isQuestion = { type: ['picker', 'field'] };

export const words = longText('What the message says; Markdown is allowed', {
	label: 'Text',
	required: true,
	when: { type: ['text', 'note'] },
});

/** The columns of a picker's choices: first what people read. */
export const ofChoice = {
	label: text('What people read and choose', { required: true, example: 'Yes, please' }),
	value: text('What the workflow gets when this is chosen', { required: true, example: 'yes' }),
	icon: text('An emoji in front of the label'),
};

export const fieldHint = text('Shown in the empty field', {
	label: 'Hint',
	required: true,
	example: 'Enter your order number',
	when: { type: ['field'] },
});
