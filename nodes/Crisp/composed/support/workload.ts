import { Store } from '../../../shared/runtime/processState';

/** How many conversations an operator has: those counted in Crisp, and those assigned since. */
interface Load {
	counted: number;
	/** Whether `counted` is the total; otherwise there may be more. */
	isExact: boolean;
	taken: number;
	reading?: Promise<void>;
}

/** Counts the conversations of an operator, up to `most`. */
export type Count = (operator: string, most: number) => Promise<number>;

const step = 50;

/** Tie-breaker: when each operator last got a conversation from this process. */
const latest = new Store<number>({ name: 'last assignments, by operator', maxEntries: 10_000, maxAge: 24 * 3_600_000 });
let turns = 0;

/**
 * Chooses the operator with the fewest conversations, including those assigned through it. Fetches only as many
 * conversations as it needs to find that operator.
 */
export class Workload {
	private readonly loads = new Map<string, Load>();

	constructor(private readonly count: Count) {}

	/** Returns the operator with the fewest conversations and adds one to their load. `operators` must not be empty. */
	async take(operators: string[]): Promise<string> {
		for (;;) {
			const [first, ...others] = [...operators].sort((a, b) => this.compare(a, b));
			if (first === undefined) throw new Error('There is no operator to choose from');
			const load = this.loadOf(first);
			if (load.isExact || others.length === 0) {
				load.taken += 1;
				latest.set(first, ++turns);
				return first;
			}
			const unknown = operators.filter((operator) => this.loadOf(operator).counted === 0);
			await Promise.all([first, ...unknown].map(async (operator) => await this.read(operator)));
		}
	}

	/** Reverts a `take`. */
	giveBack(operator: string): void {
		this.loadOf(operator).taken -= 1;
	}

	private compare(a: string, b: string): number {
		const [one, other] = [this.loadOf(a), this.loadOf(b)];
		const difference = one.counted + one.taken - other.counted - other.taken;
		return difference || (latest.get(a) ?? 0) - (latest.get(b) ?? 0);
	}

	private async read(operator: string): Promise<void> {
		const load = this.loadOf(operator);
		if (load.isExact) return;
		load.reading ??= this.readMore(operator, load).finally(() => (load.reading = undefined));
		await load.reading;
	}

	private async readMore(operator: string, load: Load): Promise<void> {
		const most = load.counted + step;
		load.counted = await this.count(operator, most);
		load.isExact = load.counted < most;
	}

	private loadOf(operator: string): Load {
		const load = this.loads.get(operator) ?? { counted: 0, isExact: false, taken: 0 };
		this.loads.set(operator, load);
		return load;
	}
}
