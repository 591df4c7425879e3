import { execute } from '../peers/engine';
import { loadHost } from './host';
import type { Memory, ReaderName } from './memory';
import { crispNode } from '../peers/peers';
import { httpPaginationNode, returnAll } from '../peers/reading';
import { credentialAt } from './workspace';

const MEGABYTE = 2 ** 20;
const SAMPLE_MS = 5;

/** Reads a few people as a warm-up, then the complete list, and returns the memory that this took. */
async function main([folder = '', url = '', reader]: string[]): Promise<Memory> {
	const host = await loadHost(folder);
	const crisp = host.freshCrisp();
	const node = reader === ('ours' satisfies ReaderName) ? crispNode(crisp, returnAll) : httpPaginationNode(host, url);
	const execution = { credential: credentialAt(url), items: [{}], isStrict: true };
	const few = { ...returnAll, returnAll: false, limit: 50 };
	await execute(host, crispNode(crisp, few), execution);
	const idle = settled();
	let peak = idle.rss;
	const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
	const output = await execute(host, node, execution);
	clearInterval(timer);
	peak = Math.max(peak, process.memoryUsage.rss());
	const held = settled().heapUsed - idle.heapUsed;
	const pages = output.map(({ json }) => (Array.isArray(json.data) ? json.data.length : 1));
	const count = pages.reduce((sum, length) => sum + length, 0);
	return { peak: (peak - idle.rss) / MEGABYTE, held: held / MEGABYTE, count };
}

/** The memory usage after a garbage collection. */
function settled(): NodeJS.MemoryUsage {
	globalThis.gc?.();
	return process.memoryUsage();
}

void main(process.argv.slice(2)).then((memory) => process.send?.(memory, () => process.exit(0)));
