import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { BinaryDataService, ExecuteContext } from 'n8n-core';
import {
	createRunExecutionData,
	Workflow,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

/**
 * Downloads files that unpack to a thousand times their size into n8n's storage on disk, and reports by how much the
 * peak of memory has grown, in megabytes, and how many bytes of each file n8n has.
 */

const unpacked = 50_000_000;
const packed = gzipSync(Buffer.alloc(unpacked));
const small = gzipSync(Buffer.alloc(1_000));
const peak = () => process.resourceUsage().maxRSS / 1_024;

/** The container from which n8n-core itself takes its services, wherever npm has installed it. */
function binaryData(): BinaryDataService {
	const path = require.resolve('@n8n/di', { paths: [require.resolve('n8n-core')] });
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { Container } = require(path) as { Container: { get(service: typeof BinaryDataService): BinaryDataService } };
	return Container.get(BinaryDataService);
}

/** Loaded by its full name: without it, `.node` is taken for the extension of a native module. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { Crisp } = require(join(__dirname, '../../../nodes/Crisp/Crisp.node.ts')) as { Crisp: new () => INodeType };
const crisp = new Crisp();
const nodeTypes = { getByNameAndVersion: () => crisp } as unknown as INodeTypes;

/** Runs the node in a context of n8n-core. */
async function execute({ url, baseUrl, count }: { url: string; baseUrl: string; count: number }) {
	const parameters: INodeParameters = {
		...{ resource: 'message', operation: 'downloadFile', source: 'url', url, outputPropertyName: 'data' },
		additionalFields: { maxSize: 60 },
	};
	const credentials = { crispApi: { id: '1', name: 'Crisp' } };
	const node: INode = {
		id: '1',
		name: 'Crisp',
		type: 'crisp',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials,
	};
	const workflow = new Workflow({ id: 'workflow-1', nodes: [node], connections: {}, active: false, nodeTypes });
	const credential = { tier: 'plugin', identifier: 'identifier', key: 'sandbox-key', websiteId: 'website', baseUrl };
	const helper = { getParentTypes: () => [], getDecrypted: async () => await Promise.resolve(credential) };
	const additionalData = { executionId: '1', credentialsHelper: helper } as unknown as IWorkflowExecuteAdditionalData;
	const input = Array.from({ length: count }, (_, item) => ({ json: {}, pairedItem: { item } }));
	const execution = { node, data: { main: [input] }, source: null };
	const run = createRunExecutionData();
	const setup = [workflow, node, additionalData, 'manual', run, 0, input, { main: [input] }, execution, []];
	const context = new ExecuteContext(...(setup as ConstructorParameters<typeof ExecuteContext>));
	const output = (await crisp.execute?.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	return output[0] ?? [];
}

async function main(count: number): Promise<void> {
	const service = binaryData();
	await service.init();
	const server = createServer(({ url }, response) => {
		response.setHeader('Content-Encoding', 'gzip').end(url === '/small' ? small : packed);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const download = async (path: string, count: number) => await execute({ url: `${baseUrl}${path}`, baseUrl, count });
	await download('/small', 12);
	const before = peak();
	const items = await download('/bomb', count);
	const sizes = await Promise.all(
		items.map(async ({ binary }) => (await service.getMetadata(String(binary?.data?.id))).fileSize),
	);
	process.send?.({ grown: peak() - before, sizes }, () => process.exit(0));
}

void main(Number(process.argv[2]));
