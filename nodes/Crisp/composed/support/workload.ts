/** How many conversations somebody has: as many as counted, and those taken since. */
interface Load {
	counted: number;
	/** Whether there are no more than were counted. */
	isExact: boolean;
	taken: number;
	reading?: Promise<void>;
}

/** Counts what an operator has, up to so many. */
export type Count = (operator: string, most: number) => Promise<number>;

const step = 50;

/** Who was given a conversation by this process, the last one last: it decides between those who have as few. */
const latest = new Map<string, number>();
let turns = 0;

/**
 * Gives conversations to whoever has the fewest, counting the ones it gave. Asks only for as much as it
 * takes to know who that is.
 */
export class Workload {
	private readonly loads = new Map<string, Load>();

	constructor(private readonly count: Count) {}

	/** Takes the one of these operators, of whom there is at least one, who has the fewest. */
	async take(operators: string[]): Promise<string> {
		for (;;) {
			const [first, ...others] = [...operators].sort((a, b) => this.compare(a, b));
			if (first === undefined) throw new Error('There is nobody to choose from');
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

	/** Takes back what `take` gave. */
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
