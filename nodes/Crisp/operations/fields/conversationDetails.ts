import { email, identifier, json, list, pairs, text, type Fields } from '../field';
import { newSegments } from './newSegments';
import { origin } from './senders';

/** The details of a conversation: contact, subject, segments and custom data. */
export const details: Fields = {
	nickname: text('Name of the visitor', { label: 'Name', example: 'Nathan Smith' }),
	email: email('Email of the visitor'),
	phone: identifier('Phone number of the visitor'),
	address: text('Address of the visitor'),
	ip: identifier('IP address of the visitor', { isRare: true }),
	avatar: identifier('Address of the picture of the visitor', { label: 'Avatar URL' }),
	subject: text('Subject of the conversation'),
	segments: list('Segments of the conversation', { picks: 'conversationSegment' }),
	new_segments: newSegments(),
	data: pairs('Custom data of the conversation', { label: 'Custom Data', picks: 'conversationData' }),
	origin,
	device: json('Device of the visitor: capabilities, geolocation, system, timezone and locales', {
		isObject: true,
		isRare: true,
	}),
};
