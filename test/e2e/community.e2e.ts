import { withTarball } from '../../scripts/host/package';
import { readExample } from '../../scripts/start/seed';
import { Registry } from './support/registry';
import { publish, publishSaved, saveAccess, startStack, unpublish, type Stack } from './support/stack';
import { until } from './support/until';

const PACKAGE = 'n8n-nodes-crisp';
const NEXT = '999.0.0';
/** npm is slow on a busy machine. */
const PATIENCE_MS = 60_000;
jest.setTimeout(3 * PATIENCE_MS);

/**
 * Installed by n8n's own installer, which *Settings → Community nodes* uses, from a local stand-in for npm's registry.
 */
describe('as a community node, the package', () => {
	const registry = new Registry();
	let stack: Stack;
	let version = '';
	let answering = '';
	let welcoming = '';

	const sockets = async (count: number) =>
		await until(
			`${count} sockets`,
			async () => await stack.sandbox.connections(),
			(connections) => connections === count,
			PATIENCE_MS,
		);
	const firstReply = async (sessionId: string) =>
		await until(
			'a reply',
			async () => await stack.sandbox.replies(sessionId),
			({ length }) => length > 0,
			PATIENCE_MS,
		);
	/** The replies to a message. They are complete once a later message has its reply, since events arrive in order. */
	const repliesTo = async (text: string) => {
		const { session_id } = await stack.sandbox.visitorWrites(text);
		await firstReply(session_id);
		const fence = await stack.sandbox.visitorWrites('Fence');
		await firstReply(fence.session_id);
		return await stack.sandbox.replies(session_id);
	};
	const nodeNames = async () =>
		(await stack.client.nodeTypeNames()).filter((name) => name.startsWith(`${PACKAGE}.`)).sort();

	beforeAll(async () => {
		await registry.start();
		await withTarball(async (tarball) => (version = await registry.publish(tarball)));
		stack = await startStack('community', registry.settings, { hasPackage: false });
	}, 360_000);
	afterAll(async () => {
		await stack?.stop();
		await registry.stop();
	});

	test('is installed', async () => {
		expect(await stack.client.installedPackages()).toEqual([]);
		await stack.client.installFromRegistry(PACKAGE);
		const installed = await stack.client.installedPackages();
		expect(installed).toMatchObject([{ packageName: PACKAGE, installedVersion: version }]);
		expect(await nodeNames()).toEqual([
			`${PACKAGE}.crisp`,
			`${PACKAGE}.crispHitlTool`,
			`${PACKAGE}.crispMemory`,
			`${PACKAGE}.crispTool`,
			`${PACKAGE}.crispTrigger`,
			`${PACKAGE}.crispWebhookTrigger`,
		]);
	});

	test('answers, with one socket', async () => {
		stack = { ...stack, credentialId: await saveAccess(stack) };
		answering = await publish(stack, readExample('answer-a-visitor', stack.credentialId));
		expect(await repliesTo('Before the update')).toHaveLength(1);
		await sockets(1);
	});

	test('is updated while a workflow is published, which still answers once, on one socket', async () => {
		await withTarball(async (tarball) => await registry.publishAs(NEXT, tarball));
		const [offered] = await stack.client.installedPackages();
		expect(offered).toMatchObject({ installedVersion: version, updateAvailable: NEXT });
		await stack.client.updateFromRegistry(PACKAGE, NEXT);
		const [installed] = await stack.client.installedPackages();
		expect(installed).toMatchObject({ installedVersion: NEXT });
		expect(await repliesTo('After the update')).toHaveLength(1);
		await sockets(1);
	});

	test('uses one socket for each version until the older workflow is published again', async () => {
		// n8n does not restart triggers when their package is updated. The two copies of the module share no state.
		welcoming = await publish(stack, readExample('welcome-a-new-contact', stack.credentialId));
		expect(await repliesTo('By both versions')).toHaveLength(1);
		await sockets(2);
		await unpublish(stack, answering);
		await sockets(1);
		const saved = await stack.client.findWorkflow(answering);
		if (!saved) throw new Error('The workflow was not found');
		await publishSaved(stack, saved);
		expect(await repliesTo('By the next version')).toHaveLength(1);
		await sockets(1);
	});

	test('can be uninstalled, and leaves no socket open once its workflows are unpublished', async () => {
		await stack.client.uninstall(PACKAGE);
		expect(await stack.client.installedPackages()).toEqual([]);
		expect(await nodeNames()).toEqual([]);
		// n8n does not stop triggers in this case, either.
		await sockets(1);
		for (const id of [answering, welcoming]) await unpublish(stack, id);
		await sockets(0);
	});
});
