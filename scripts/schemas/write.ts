import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { operationSchemas } from './operationSchemas';
import type { Schema } from './schema';
import { triggerSchemas } from './triggerSchemas';

const NODES = path.join(__dirname, '../../dist/nodes');

/** Writes the schemas to where n8n looks for them: dist/nodes/<node>/__schema__/v1.0.0, by resource and operation. */
function main(): void {
	for (const [name, schema] of operationSchemas()) write(`Crisp/__schema__/v1.0.0/${name}.json`, schema);
	for (const [node, schema] of triggerSchemas()) write(`${node}/__schema__/v1.0.0.json`, schema);
}

function write(name: string, schema: Schema): void {
	const file = path.join(NODES, name);
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, JSON.stringify({ ...schema, version: 1 }));
}

main();
