import type { INode } from 'n8n-workflow';
import type { Clock } from '../runtime/clock';
import { BoundedMap } from '../runtime/boundedMap';
import { durationText } from '../runtime/durationText';

type Level = 'debug' | 'warn' | 'error';

interface Context {
	getNode(): Pick<INode, 'name'>;
	logger?: Partial<Record<Level, (text: string) => void>>;
}

/** n8n's log. Each message names the package and the node, so that an administrator can find the workflow. */
export interface Log {
	/** Details for debugging, not for users. */
	debug(error: unknown): void;
	warn(text: string): void;
	error(text: string): void;
}

/** Errors of the logger are ignored: they must not stop the node. */
export function logOf(context: Context): Log {
	const write = (level: Level, text: string) => {
		try {
			context.logger?.[level]?.(`[n8n-nodes-crisp] ${context.getNode().name}: ${text}`);
		} catch {
			return;
		}
	};
	return {
		debug: (error) => write('debug', String((error as Error | undefined)?.stack ?? error)),
		warn: (text) => write('warn', text),
		error: (text) => write('error', text),
	};
}

/** How often a lasting state is logged again, in milliseconds (throttle). */
const interval = 3_600_000;
/** A state that returns within the hour is logged only after it has lasted this long (debounce). */
const settling = 60_000;

/** How many names of problems are told apart; there are fewer, as long as no name depends on what a stranger sends. */
const mostNames = 1_000;

interface State {
	since: number;
	isLogged: boolean;
}

/**
 * Throttles the log of lasting or repeated problems: logs them once, then at most once an hour, and once when they end.
 */
export class StateLog {
	private readonly states = new BoundedMap<State>(mostNames);

	/** When each was logged last, and how many messages were suppressed since then. */
	private readonly lines = new BoundedMap<{ at: number; left: number }>(mostNames);

	constructor(
		private readonly log: Pick<Log, 'warn'> & Partial<Pick<Log, 'debug'>>,
		private readonly clock: Pick<Clock, 'now'>,
	) {}

	/**
	 * Reports that a state has begun or still lasts. `text` describes it and says what to do; the details of `error` are for
	 * debugging, and as rare as the text.
	 */
	begin(name: string, text: string, error?: unknown): void {
		const now = this.clock.now();
		const state = this.states.get(name) ?? { since: now, isLogged: false };
		this.states.set(name, state);
		const lasted = now - state.since;
		const isDue = now - (this.lines.get(name)?.at ?? -Infinity) >= interval;
		if (!isDue && (state.isLogged || lasted < settling)) return;
		this.write(name, lasted < settling ? text : `${text} This has lasted for ${durationText(lasted)}.`, error);
		state.isLogged = true;
	}

	/** Reports that a state has ended; `text` says so. */
	end(name: string, text: string): void {
		const state = this.states.get(name);
		this.states.delete(name);
		if (state?.isLogged) this.write(name, `${text} after ${durationText(this.clock.now() - state.since)}.`);
	}

	/** Drops a state without a log message, because another state replaced it. */
	forget(name: string): void {
		this.states.delete(name);
	}

	/** Logs something that may happen often, also because a stranger causes it (throttled). `error` as for `begin`. */
	tell(name: string, text: string, error?: unknown): void {
		const line = this.lines.get(name);
		if (line && this.clock.now() - line.at < interval) {
			line.left += 1;
			return;
		}
		this.write(
			name,
			line && line.left > 0 ? `${text} This happened ${line.left} more times since the last line.` : text,
			error,
		);
	}

	private write(name: string, text: string, error?: unknown): void {
		this.lines.set(name, { at: this.clock.now(), left: 0 });
		if (error !== undefined) this.log.debug?.(error);
		this.log.warn(text);
	}
}
