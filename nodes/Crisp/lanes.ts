const width = 10;

export interface Lanes<Result> {
	count: number;
	/** Items of one lane run one after the other, in order; undefined: by itself. */
	laneOf(index: number): string | undefined;
	run(index: number): Promise<Result>;
	/** Whether to begin no further item. */
	isStopped(): boolean;
}

/**
 * Runs items together, ten at a time, but those of one lane in order. Gives the results by index;
 * a hole where an item did not begin. `run` must not reject.
 */
export async function runInLanes<Result>(lanes: Lanes<Result>): Promise<Array<Result | undefined>> {
	const results = new Array<Result | undefined>(lanes.count);
	const queues = queuesOf(lanes);
	let next = 0;
	const worker = async () => {
		for (let queue = queues[next++]; queue; queue = queues[next++]) {
			for (const index of queue) {
				if (lanes.isStopped()) return;
				results[index] = await lanes.run(index);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(width, queues.length) }, worker));
	return results;
}

/** The items of each lane, lanes in the order of their first item. */
function queuesOf<Result>({ count, laneOf }: Lanes<Result>): number[][] {
	const queues: number[][] = [];
	const byLane = new Map<string, number[]>();
	for (let index = 0; index < count; index++) {
		const lane = laneOf(index);
		const queue = lane === undefined ? undefined : byLane.get(lane);
		if (queue) {
			queue.push(index);
			continue;
		}
		const begun = [index];
		queues.push(begun);
		if (lane !== undefined) byLane.set(lane, begun);
	}
	return queues;
}
