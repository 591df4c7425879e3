import { choice, identifier, picker, text, type Fields } from '../field';

/** The origin of something in a conversation. Other channels have their own URN. */
export const origins = { chat: 'Chat', email: 'Email', 'urn:*': 'Any URN' };

export const origin = choice(origins, 'The channel it comes from; a plugin may give its own URN by an expression', {
	isRare: true,
});

/** For routes that require an origin. */
export const chatOrigin = { ...origin, fallback: 'chat' };

/** The shown sender, if it is not the owner of the token. */
export const sender: Fields = {
	'user.type': choice(['website', 'participant'], 'Whether the website or a participant is shown as the sender', {
		label: 'Sender Type',
		isRare: true,
	}),
	'user.user_id': picker('operator', 'The operator who is shown as the sender', { label: 'Sender', isRare: true }),
	'user.nickname': text('Name that is shown as the sender', { label: 'Sender Name' }),
	'user.avatar': identifier('Address of the picture that is shown with the sender', { label: 'Sender Avatar URL' }),
};

/** Sender and origin, as the event in the conversation shows them. */
export const eventSender: Fields = { origin, ...sender };
