import { choice, json, number } from './field';
import { op, resource } from './operation';
import { eventSender } from './fields/senders';

const isMouse = { action: ['mouse'] };

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversation */
export const call = resource(
	'Call',
	{
		get: op('GET /v1/website/{website_id}/conversation/{session_id}/call', {
			action: 'Get the ongoing call of a conversation',
		}),
		start: op('POST /v1/website/{website_id}/conversation/{session_id}/call', {
			action: 'Start a call with a visitor',
			description: 'Ring the visitor of a conversation; the answer comes as an event of Crisp Trigger',
			note: "The answer is presumably call:request:initiated or call:request:rejected: Crisp's reference calls it call:request:accept or call:request:decline here, but its list of events does not have these.",
			body: {
				mode: choice(['audio', 'video'], 'How the call starts', { required: true, fallback: 'audio' }),
				...eventSender,
			},
		}),
		abort: op('DELETE /v1/website/{website_id}/conversation/{session_id}/call/{call_id}', {
			action: 'Abort the ongoing call of a conversation',
			body: eventSender,
		}),
		signal: op('PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}', {
			name: 'Send Signaling',
			action: 'Send signaling data to a call',
			body: {
				type: choice({ candidate: 'ICE Candidate', sdp: 'SDP' }, 'Kind of signaling', {
					required: true,
					fallback: 'sdp',
				}),
				payload: json('The WebRTC data', { required: true, fallback: '{}' }),
			},
		}),
	},
	{ scope: 'website:conversation:calls' },
);

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversation */
export const browsingSession = resource(
	'Browsing Session',
	{
		getAll: op('GET /v1/website/{website_id}/conversation/{session_id}/browsing', {
			action: 'Get many browsing sessions of a conversation',
			entry: 'browsing_id',
			secretOutputs: { browsing_token: 'browsing_token' },
		}),
		request: op('POST /v1/website/{website_id}/conversation/{session_id}/browsing', {
			action: 'Request a browsing session with a visitor',
			description: 'Ask to see the screen of a visitor; the answer comes as an event of Crisp Trigger',
			note: 'The answer is browsing:request:initiated or browsing:request:rejected, one for each open tab.',
		}),
		sendAction: op('PATCH /v1/website/{website_id}/conversation/{session_id}/browsing/{browsing_id}', {
			action: 'Send an action to a browsing session',
			body: {
				action: choice(['start', 'stop', 'heartbeat'], 'What the session does', { required: true, fallback: 'start' }),
			},
		}),
		assist: op('PATCH /v1/website/{website_id}/conversation/{session_id}/browsing/{browsing_id}/assist', {
			// A second click is another click.
			resends: 'never',
			action: 'Assist a visitor in a browsing session',
			description: 'Steer mouse and scrolling of the visitor',
			body: {
				action: choice(['click', 'heartbeat', 'mouse', 'scroll', 'start', 'stop'], 'What is done', {
					label: 'Assist Action',
					required: true,
					fallback: 'start',
				}),
				'mouse.x': number('Where the cursor goes, from the left; Crisp does not document the unit', {
					required: true,
					when: isMouse,
				}),
				'mouse.y': number('Where the cursor goes, from the top; Crisp does not document the unit', {
					required: true,
					when: isMouse,
				}),
				click: json('What is clicked', { required: true, fallback: '{}', when: { action: ['click'] } }),
				scroll: json('Where it scrolls to', { required: true, fallback: '{}', when: { action: ['scroll'] } }),
			},
		}),
	},
	{ scope: 'website:conversation:browsing' },
);
