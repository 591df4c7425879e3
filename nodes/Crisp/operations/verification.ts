import { choice, flag, identifier, secret } from './field';
import { op, resource } from './operation';

const channels = { email: 'Email', phone: 'Phone', 'urn:*': 'Any URN' };
const channel = choice(channels, 'What is verified; a plugin may give its own URN by an expression', {
	required: true,
	fallback: 'email',
});

/** https://docs.crisp.chat/references/rest-api/v1/#website-verify and #website-conversation */
export const verification = resource('Identity Verification', {
	getKey: op('GET /v1/website/{website_id}/verify/key', {
		scope: 'website:verify',
		action: 'Get the key that signs user data',
		description: 'Retrieve the secret that signs the emails of your users (HMAC-SHA256)',
		note: 'The output has it in `verification_key`.',
		secretOutputs: { secret: 'verification_key' },
	}),
	getSettings: op('GET /v1/website/{website_id}/verify/settings', {
		scope: 'website:verify',
		action: 'Get whether users have to be verified',
	}),
	getStatus: op('GET /v1/website/{website_id}/conversation/{session_id}/verify', {
		name: 'Get Conversation Status',
		action: 'Get whether a conversation is verified',
	}),
	redeemLink: op('PUT /v1/website/{website_id}/conversation/{session_id}/verify/identity/link', {
		action: 'Redeem an identity verification',
		description: 'Finish a verification with what the user was sent',
		body: {
			identity: channel,
			recipient: identifier('Email, phone number or other address that is verified', { required: true }),
			token: secret('The code the user was sent', { label: 'Verification Code', required: true, isIdentifier: true }),
		},
	}),
	request: op('POST /v1/website/{website_id}/conversation/{session_id}/verify/identity', {
		action: 'Request an identity verification',
		description: 'Send the user a link to verify who they are',
		body: {
			identity: channel,
			method: choice(['link'], 'How it is verified'),
			recipient: identifier('Where the link goes, if not to the address in the conversation'),
		},
	}),
	rollKey: op('POST /v1/website/{website_id}/verify/key', {
		// The last key is the valid one, and does not stay in memory.
		resends: 'always',
		scope: 'website:verify',
		action: 'Roll the key that signs user data',
		description: 'Make a new secret; the old one is invalid at once',
		secretOutputs: { secret: 'verification_key' },
	}),
	updateSettings: op('PATCH /v1/website/{website_id}/verify/settings', {
		scope: 'website:verify',
		action: 'Update whether users have to be verified',
		body: { enabled: flag('Whether users have to be verified', { required: true, fallback: true }) },
	}),
	updateStatus: op('PATCH /v1/website/{website_id}/conversation/{session_id}/verify', {
		name: 'Update Conversation Status',
		action: 'Update whether a conversation is verified',
		body: { verified: flag('Whether the user is shown as verified', { required: true, fallback: true }) },
	}),
});
