const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const TICK_MS = 120;
/** Without a terminal, prints a line at this interval to show that work continues. */
const PLAIN_TICK_MS = 15_000;

interface Step {
	readonly label: string;
	readonly startedAt: number;
	detail: string;
}

type Say = (detail: string) => void;

/** Shows steps with their elapsed time: one updating line on a terminal, plain lines elsewhere. */
export class Progress {
	private readonly open = new Set<Step>();
	private readonly isTerminal = process.stdout.isTTY === true;
	private readonly isColoured = this.isTerminal && process.env.NO_COLOR === undefined;
	private timer: NodeJS.Timeout | undefined;
	private frame = 0;

	/** Runs one step; several may run in parallel. `say` sets the detail after the step's name. */
	async step<T>(label: string, work: (say: Say) => Promise<T>): Promise<T> {
		const step: Step = { label, startedAt: Date.now(), detail: '' };
		this.begin(step);
		try {
			const result = await work((detail) => (step.detail = detail));
			this.end(step, this.green('✓'));
			return result;
		} catch (error) {
			this.end(step, this.red('✗'));
			throw error;
		}
	}

	line(text = ''): void {
		this.erase();
		console.log(text);
	}

	readonly bold = (text: string) => this.paint(1, text);
	readonly dim = (text: string) => this.paint(2, text);
	readonly red = (text: string) => this.paint(31, text);
	readonly green = (text: string) => this.paint(32, text);

	private begin(step: Step): void {
		this.open.add(step);
		if (!this.isTerminal) this.line(`  … ${step.label}`);
		this.timer ??= setInterval(() => this.tick(), this.isTerminal ? TICK_MS : PLAIN_TICK_MS);
	}

	private end(step: Step, mark: string): void {
		this.open.delete(step);
		this.line(`  ${mark} ${step.label.padEnd(34)} ${this.dim(elapsed(step))}`);
		if (this.open.size > 0) return;
		clearInterval(this.timer);
		this.timer = undefined;
	}

	private tick(): void {
		const states = [...this.open].map((step) => [step.label, elapsed(step), step.detail].filter(Boolean).join('  '));
		if (!this.isTerminal) return states.forEach((state) => console.log(`  … ${state}`));
		this.frame = (this.frame + 1) % FRAMES.length;
		const text = states.join(' · ').slice(0, (process.stdout.columns || 80) - 5);
		this.erase();
		process.stdout.write(`  ${FRAMES[this.frame]} ${text}`);
	}

	private erase(): void {
		if (this.isTerminal) process.stdout.write('\r\x1b[2K');
	}

	private paint(code: number, text: string): string {
		return this.isColoured ? `\x1b[${code}m${text}\x1b[0m` : text;
	}
}

const elapsed = ({ startedAt }: Step) => duration(Date.now() - startedAt);

/** Formats a duration as seconds, or as minutes and seconds. */
export function duration(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	if (seconds < 60) return `${seconds} s`;
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
