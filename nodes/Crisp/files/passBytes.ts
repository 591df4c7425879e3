import { onAbort } from '../../shared/runtime/abort';
import type { Clock } from '../../shared/runtime/clock';

/** A stream of bytes, for content that is not in memory: a Readable of Node.js, which nodes may not import. */
export interface Flow extends AsyncIterable<Uint8Array> {
	destroy(error?: Error): unknown;
	/** A stream of what `map` returns; it ends with the error that ends this one. */
	map(map: (piece: Uint8Array) => Uint8Array): Flow;
	/** The error that ended the stream. */
	readonly errored?: Error | null;
}

export interface PassageLimits {
	/** In bytes. */
	most: number;
	/** Whether a stream that ended after a number of bytes had all of them; see `endingOf`. */
	isWhole(size: number): boolean;
	clock: Clock;
	/** Aborts when the time for the download is over, or the execution is cancelled. */
	over: AbortSignal;
}

/**
 * How a stream ended: `complete`, and all of it was kept; `broken` by the network, or by being too slow; `tooLarge`; or
 * `notKept`, because n8n could not store it.
 */
export type Passage<Kept> =
	| { end: 'complete'; kept: Kept; size: number }
	| { end: 'tooLarge' }
	| { end: 'broken'; fault: unknown }
	| { end: 'notKept'; fault: unknown };

/** Idle timeout: a download that receives no data for this long is aborted and retried. */
const stillness = 60_000;

/**
 * Passes a stream on piece by piece, to what keeps it: only a few pieces are in memory. Ends the stream, with an error
 * for its reader, when it is too large or no data comes for a minute. A stream that is not whole is broken.
 */
export async function passBytes<Kept>(
	flow: Flow,
	{ most, isWhole, clock, over }: PassageLimits,
	keep: (bytes: Flow) => Promise<Kept>,
): Promise<Passage<Kept>> {
	const ended = new AbortController();
	let size = 0;
	let cameAt = clock.now();
	const count = (piece: Uint8Array) => {
		cameAt = clock.now();
		size += piece.length;
		if (size > most) flow.destroy(endingError('more bytes than allowed', 'ERR_OUT_OF_RANGE'));
		return piece;
	};
	const unlisten = onAbort(over, () => void flow.destroy(endingError('the time is over', 'ETIMEDOUT')));
	// n8n's timeout only covers the time until the first byte, so that this idle timeout watches the rest.
	const watch = async () => {
		for (let left = stillness; left > 0; left = cameAt + stillness - clock.now()) {
			await clock.sleep(left, ended.signal);
			if (ended.signal.aborted) return;
		}
		flow.destroy(endingError('no data for a minute', 'ETIMEDOUT'));
	};
	void watch();
	const outcome = await keep(flow.map(count)).then(
		(kept) => ({ kept }),
		(fault: unknown) => ({ fault }),
	);
	ended.abort();
	unlisten();
	const fault = flow.errored ?? cutIn(outcome) ?? (isWhole(size) ? undefined : cut);
	flow.destroy();
	if (size > most) return { end: 'tooLarge' };
	if (fault) return { end: 'broken', fault };
	return 'fault' in outcome ? { end: 'notKept', fault: outcome.fault } : { end: 'complete', kept: outcome.kept, size };
}

const cut = endingError('the file ended early', 'ERR_BAD_RESPONSE');

function endingError(message: string, code: string): Error {
	return Object.assign(new Error(message), { code });
}

/** The error of a stream that was closed before its end, without an error of its own. */
function cutIn(outcome: object): Error | undefined {
	const { code } = Object((outcome as { fault?: unknown }).fault) as { code?: unknown };
	return code === 'ERR_STREAM_PREMATURE_CLOSE' ? cut : undefined;
}
