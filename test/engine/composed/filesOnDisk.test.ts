import { BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';
import { execute } from '../../support/n8nContext';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';

/** The container from which n8n-core itself takes its services, wherever npm has installed it. */
const { Container } = jest.requireActual<{ Container: { get(service: typeof BinaryDataService): BinaryDataService } }>(
	require.resolve('@n8n/di', { paths: [require.resolve('n8n-core')] }),
);

const sandbox = useSandbox();

it('a file that n8n keeps on disk is sent and downloaded byte by byte', async () => {
	const service = Container.get(BinaryDataService);
	await service.init();
	const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
	const described: IBinaryData = { mimeType: 'application/zip', fileName: 'all.zip', data: '' };
	const location = { type: 'execution', workflowId: 'workflow-1', executionId: 'before' } as const;
	const stored = await service.store(location, bytes, described);
	expect(stored.id).toBeDefined();
	const credential = credentialFor(sandbox.current, 'plugin');
	const of = { resource: 'message', sessionId: locator(conversation) };
	const [sent] = await execute({
		credential,
		parameters: { ...of, operation: 'sendFile', source: 'binary', binaryPropertyName: 'data' },
		binary: [{ data: stored }],
	});
	expect(sent?.json).toMatchObject({ file_name: 'all.zip', mime_type: 'application/zip', file_size: bytes.length });
	const [put] = sandbox.current.storageRequests;
	expect(put?.headers).toMatchObject({ 'content-length': String(bytes.length), 'content-type': 'application/zip' });
	const [got] = await execute({
		credential,
		parameters: {
			...of,
			operation: 'downloadFile',
			source: 'message',
			fingerprint: String(sent?.json.fingerprint),
			outputPropertyName: 'data',
		},
	});
	const binary = got?.binary?.data as IBinaryData;
	expect((await service.getAsBuffer(binary)).equals(bytes)).toBe(true);
});
