import { execute } from './n8n';
import { conversation, credentialFor, locator, useSandbox } from './workspace';

const sandbox = useSandbox();

describe('sending a message', () => {
	it('stores it in the conversation and gives its fingerprint', async () => {
		const items = await execute({
			credential: credentialFor(sandbox.current),
			parameters: {
				resource: 'message',
				operation: 'send',
				sessionId: locator(conversation),
				type: 'text',
				content: 'Hello',
				additionalFields: { automated: true },
			},
		});
		console.log(JSON.stringify(items), JSON.stringify(sandbox.current.requests.at(-1)));
		expect(items).toHaveLength(1);
	});
});
