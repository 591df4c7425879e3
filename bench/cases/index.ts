import type { Case } from '../case';
import { batches } from './batches';
import { faulty } from './faulty';
import { latency } from './latency';
import { limited } from './limited';
import { lists } from './lists';
import { missed } from './missed';
import { order } from './order';
import { overhead } from './overhead';
import { scale } from './scale';
import { sends } from './sends';
import { sharing } from './sharing';
import { stream } from './stream';
import { websites } from './websites';
import { whole } from './whole';

/** In the order of docs/benchmarks.md. */
export const cases: Case[] = [
	sends,
	limited,
	faulty,
	order,
	lists,
	overhead,
	stream,
	sharing,
	websites,
	whole,
	latency,
	batches,
	missed,
	scale,
];
