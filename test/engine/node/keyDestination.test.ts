import type { INodeParameters, NodeOperationError } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import type { Credential } from '../../../nodes/shared/api/transport';
import { credentialTest, execute, load, search, triggerContext } from '../../support/n8nContext';
import { hurried } from '../../support/triggerContext';
import { answer, secrets, serveOn, success, type PlainServer } from '../../support/servers/plainServer';
import { locator, shop } from '../../support/sandboxWorkspace';

/** Where the key is sent, and where it never is. */

const servers: PlainServer[] = [];
afterEach(async () => {
	jest.restoreAllMocks();
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
});

async function crispAt(socket: string): Promise<PlainServer> {
	const server = await serveOn((_, response) => answer(response, success({ socket: { app: socket } })));
	servers.push(server);
	return server;
}

const getConversation: INodeParameters = {
	resource: 'conversation',
	operation: 'get',
	websiteId: locator(shop),
	sessionId: locator('session_1'),
};

const listening = { events: ['message:send'], filters: {}, options: {}, websiteIds: [], useSampleEvent: false };

const plain: Credential = { tier: 'plugin', ...secrets, websiteId: shop, baseUrl: 'http://api.crisp.chat' };

/** Activates a trigger manually, and ends it. */
async function activate(credential: Credential, guard?: object, options: INodeParameters = {}): Promise<void> {
	const { context } = triggerContext({ credential, parameters: { ...listening, options } });
	if (guard) Object.assign(context.helpers, { getSecureEgressFilter: () => guard });
	const { closeFunction } = await activateTrigger(context, { clock: hurried });
	await closeFunction?.();
}

const failureOf = async (action: Promise<unknown>) =>
	await action.then(
		() => Promise.reject(new Error('It did not fail')),
		(error: NodeOperationError) => error,
	);

describe("an unencrypted address of Crisp's API", () => {
	it.each<[string, (credential: Credential) => Promise<unknown>]>([
		['the Crisp node', async (credential) => await execute({ credential, parameters: getConversation })],
		[
			'an upload',
			async (credential) =>
				await execute({
					credential,
					parameters: { ...getConversation, resource: 'message', operation: 'sendFile', source: 'binary' },
					binary: [{ data: { data: 'eA==', mimeType: 'text/plain', fileName: 'x' } }],
				}),
		],
		['a dropdown list', async (credential) => await search('searchConversations', credential)],
		['a dropdown list of the triggers', async (credential) => await load('getInboxes', credential)],
		['Crisp Trigger', async (credential) => await activate(credential)],
	])('is refused by %s', async (_, action) => {
		for (const baseUrl of ['http://api.crisp.chat', 'http://10.0.0.7:8899', 'api.crisp.chat', '']) {
			const error = await failureOf(action({ ...plain, baseUrl }));
			expect(error.message).toBe("The address of Crisp's API must begin with https://");
			expect(error.description).toMatch(/'API Address' in the credential.*Only an address of this machine/);
		}
	});

	it('is refused by the credential test', async () => {
		expect(await credentialTest(plain)).toMatch(/^The address of Crisp's API must begin with https:\/\//);
	});

	it('is accepted on this machine', async () => {
		const { credential, asked } = await crispAt('');
		await execute({ credential, parameters: getConversation });
		expect(asked).toHaveLength(1);
		expect(await credentialTest(credential)).toBeUndefined();
	});
});

it('the credential test does not follow a redirect to another host', async () => {
	const other = await crispAt('');
	const server = await serveOn((_, response) => {
		response.writeHead(307, { Location: `${other.url}/v1/elsewhere` }).end();
	});
	servers.push(server);
	expect(await credentialTest(server.credential)).toMatch(/^The server tried to redirect the request \(status 307\)/);
	expect(server.asked).toHaveLength(1);
	expect(other.asked).toEqual([]);
});

describe('a realtime channel', () => {
	it.each(['ws://relay.crisp.chat/socket', 'http://relay.crisp.chat', 'ws://10.0.0.7', 'relay.crisp.chat', ''])(
		'at "%s" does not receive the key',
		async (socket) => {
			const { credential } = await crispAt(socket);
			const { message } = await failureOf(activate(credential));
			expect(message).toBe('The server returned no secure realtime address');
		},
	);

	it('is not opened if the rules of n8n block the connection', async () => {
		const { credential, asked } = await crispAt('ws://127.0.0.1:9/socket/relay/');
		const validateUrl = jest.fn().mockResolvedValue({ ok: false, error: new Error('127.0.0.1 is blocked') });
		const error = await failureOf(activate(credential, { validateUrl }, { connection: 'realtime' }));
		expect(error.message).toBe("The network rules of this n8n block Crisp's realtime channel (127.0.0.1 is blocked)");
		expect(error.description).toMatch(/allow the host, set 'Connection' to 'Automatic', or use Crisp Webhook Trigger/);
		expect(validateUrl.mock.calls).toEqual([['ws://127.0.0.1:9/socket/relay/']]);
		expect(asked).toHaveLength(1);
	});
});
