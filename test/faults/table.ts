import type { Fault } from './fault';
import { hooks } from './rows/hooks';
import { n8n } from './rows/n8n';
import { realtime } from './rows/realtime';
import { rest } from './rows/rest';

/** Every fault, grouped by where it occurs. */
export const table: Array<{ where: string; faults: Fault[] }> = [
	{ where: 'REST', faults: rest },
	{ where: 'realtime', faults: realtime },
	{ where: 'hooks', faults: hooks },
	{ where: 'n8n', faults: n8n },
];
