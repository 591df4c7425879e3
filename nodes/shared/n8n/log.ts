import type { INode } from 'n8n-workflow';
import type { Clock } from '../runtime/clock';
import { durationText } from '../runtime/durationText';

type Level = 'debug' | 'warn' | 'error';

interface Context {
	getNode(): Pick<INode, 'name'>;
	logger?: Partial<Record<Level, (text: string) => void>>;
}

/** n8n's log. Every line names the package and the node, so that an administrator finds the workflow. */
export interface Log {
	/** What helps to find a fault, and not its reader. */
	debug(error: unknown): void;
	warn(text: string): void;
	error(text: string): void;
}

/** A line that cannot be written must not keep the node from working. */
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

/** How often a state that lasts is logged again, in milliseconds. */
const interval = 3_600_000;
/** A state that comes back within the hour is logged once it has lasted for so long. */
const settling = 60_000;

interface State {
	since: number;
	isLogged: boolean;
}

/** Logs what lasts or repeats: once, then at most once an hour, and once when it is over. */
export class StateLog {
	private readonly states = new Map<string, State>();

	/** When each was logged last, and how often it was not since. */
	private readonly lines = new Map<string, { at: number; left: number }>();

	constructor(
		private readonly log: Pick<Log, 'warn'>,
		private readonly clock: Pick<Clock, 'now'>,
	) {}

	/** A state is there, or still there. `text` says what it is and what to do. */
	begin(name: string, text: string): void {
		const now = this.clock.now();
		const state = this.states.get(name) ?? { since: now, isLogged: false };
		this.states.set(name, state);
		const lasted = now - state.since;
		const isDue = now - (this.lines.get(name)?.at ?? -Infinity) >= interval;
		if (!isDue && (state.isLogged || lasted < settling)) return;
		this.write(name, lasted < settling ? text : `${text} This has lasted for ${durationText(lasted)}.`);
		state.isLogged = true;
	}

	/** A state is over; `text` says so. */
	end(name: string, text: string): void {
		const state = this.states.get(name);
		this.states.delete(name);
		if (state?.isLogged) this.write(name, `${text} after ${durationText(this.clock.now() - state.since)}.`);
	}

	/** Another state took the place of this one. */
	forget(name: string): void {
		this.states.delete(name);
	}

	/** Something happened that may happen often. */
	tell(name: string, text: string): void {
		const line = this.lines.get(name);
		if (line && this.clock.now() - line.at < interval) {
			line.left += 1;
			return;
		}
		this.write(
			name,
			line && line.left > 0 ? `${text} This happened ${line.left} more times since the last line.` : text,
		);
	}

	private write(name: string, text: string): void {
		this.lines.set(name, { at: this.clock.now(), left: 0 });
		this.log.warn(text);
	}
}
