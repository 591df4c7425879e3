import type { Schedule } from '../../sandbox';

interface Planned {
	at: number;
	run(): void;
}

/** Time that passes when a test says so: the clock of a sandbox, and the schedule of what it does later. */
export class ManualTime {
	now = Date.UTC(2026, 5, 1, 12);

	private planned: Planned[] = [];

	readonly clock = () => this.now;

	readonly schedule: Schedule = (ms, run) => {
		const planned = { at: this.now + ms, run };
		this.planned.push(planned);
		return () => this.remove(planned);
	};

	/** Lets so many milliseconds pass, and runs what becomes due, each at its own time. */
	advance(ms: number): void {
		const end = this.now + ms;
		for (let next = this.nextUntil(end); next; next = this.nextUntil(end)) {
			this.now = next.at;
			this.remove(next);
			next.run();
		}
		this.now = end;
	}

	private nextUntil(end: number): Planned | undefined {
		const due = this.planned.filter(({ at }) => at <= end);
		return due.sort((a, b) => a.at - b.at)[0];
	}

	private remove(planned: Planned): void {
		this.planned = this.planned.filter((other) => other !== planned);
	}
}
