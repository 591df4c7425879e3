import { memoryOf } from '../../support/n8nContext';
import { conversation, credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';

jest.mock('@n8n/ai-node-sdk', () => {
	throw new Error("Cannot find module '@n8n/ai-node-sdk'");
});

const sandbox = useSandbox();

it('in an n8n without its SDK, the memory says what it needs and what to use instead', async () => {
	const parameters = { websiteId: locator(shop), sessionId: locator(conversation), leaveOut: '' };
	const error = await memoryOf({ credential: credentialFor(sandbox.current), parameters }).catch((one: unknown) => one);
	expect(error).toMatchObject({
		message: 'This n8n has no memories of community nodes',
		description: expect.stringMatching(/n8n 2\.16 or later.*'Conversation: Get Context'/) as string,
		functionality: 'configuration-node',
	});
});
