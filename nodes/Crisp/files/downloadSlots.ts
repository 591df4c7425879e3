import { onAbort } from '../../shared/runtime/abort';
import { Semaphore } from '../../shared/runtime/concurrency';
import { ownedMap } from '../../shared/runtime/processState';

/** How many downloads of this process run at once: memory and connections stay bounded, however many items there are. */
export const mostDownloads = 3;

interface Slots {
	semaphore: Semaphore;
	/** How many downloads run or wait. */
	users: number;
}

const slots = ownedMap<Slots>('downloads that run or wait');
const all = 'all';

/** Runs a download when one of the slots of the process is free. Rejects at once when the signal aborts. */
export async function withDownloadSlot<Result>(
	{ signal, cancelled }: { signal?: AbortSignal; cancelled(): Error },
	download: () => Promise<Result>,
): Promise<Result> {
	const mine = slots.get(all) ?? { semaphore: new Semaphore(mostDownloads), users: 0 };
	slots.set(all, mine);
	mine.users += 1;
	const turn = mine.semaphore.run(async () => {
		if (signal?.aborted) throw cancelled();
		return await download();
	});
	const leave = () => {
		mine.users -= 1;
		if (mine.users === 0) slots.delete(all);
	};
	return await new Promise<Result>((resolve, reject) => {
		const unlisten = signal && onAbort(signal, () => reject(cancelled()));
		void turn.then(resolve, reject).finally(() => {
			unlisten?.();
			leave();
		});
	});
}
