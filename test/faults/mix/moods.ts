import { MOODS, type MoodName, type MoodValues } from '../../../sandbox/moods/moods';
import { randomFrom } from '../../support/chaos/plan';

/** `varied`: drawn for each combination. `perRun`: the same in all combinations of a seed. `default`: always the default. */
type Use = 'varied' | 'perRun' | 'default';

/** How the mix uses each mood. A mood that is missing does not compile. */
const uses: Record<MoodName, Use> = {
	timestampAfter: 'varied',
	timestampBounds: 'varied',
	dispatch: 'varied',
	lookup: 'varied',
	updatedAt: 'varied',
	lists: 'varied',
	pageStatus: 'varied',
	limitAnswer: 'varied',
	limitStatus: 'varied',
	hookTimestamp: 'varied',
	hookRetry: 'varied',
	// No server changes the size between two pages of one list: entries would be on neither.
	pageSize: 'perRun',
	// Decides which faults the run can have: see `repeats` in troubles.ts.
	sameFingerprint: 'perRun',
	// The mix runs in real time. With everyWrite, its 200 replies would take seven minutes and the time of the run
	// would be spent in waiting; free and plus limit only new conversations, and the mix creates none.
	planQuota: 'default',
	// Nothing in the mix meets these, except listOrder, which only websites with many conversations meet: it has no custom data, people, details, states or assignees, no conversation is
	// resolved, operators write nothing by hand, and all of its messages have fingerprints of their own.
	conversationData: 'default',
	personData: 'default',
	unchangedState: 'default',
	listOrder: 'default',
	sortField: 'default',
	emptyText: 'default',
	answerReopens: 'default',
	messageFields: 'default',
	verifiedEmail: 'default',
	crispFingerprints: 'default',
};

/** Combinations of the sandbox's moods that are random, but the same for the same seed, and which values they had. */
export class RandomMoods {
	/** How many combinations there were. */
	combinations = 0;

	/** The values of each mood that the mix uses, in the order in which they first occurred. */
	readonly met: Partial<Record<MoodName, string[]>> = {};

	private readonly fixed: Partial<MoodValues>;

	private readonly random: () => number;

	/** Six seeds in a row have every combination of the moods that are fixed for a run. */
	constructor(seed: number) {
		this.random = randomFrom(seed + 3);
		this.fixed = chosen('perRun', ({ length }) => Math.abs(seed) % length);
	}

	/** Whether the sandbox stores a message that it gets twice once, and accepts it both times. */
	get toleratesRepeats(): boolean {
		return this.fixed.sameFingerprint === 'storedOnce';
	}

	/** The next combination; moods that are left out have their defaults. */
	next(): Partial<MoodValues> {
		const values = { ...chosen('varied', ({ length }) => Math.floor(this.random() * length)), ...this.fixed };
		// Nothing tells the end of a list with short pages that always answers 200.
		if (values.pageSize === 'short') values.pageStatus = 'partial';
		this.combinations += 1;
		for (const [name, value] of Object.entries(values)) {
			const met = (this.met[name as MoodName] ??= []);
			if (!met.includes(value)) met.push(value);
		}
		return values;
	}
}

/** A value for each mood of this use, at the index that is returned for its list of values. */
function chosen(use: Use, index: (values: readonly string[]) => number): Partial<MoodValues> {
	const names = (Object.keys(MOODS) as MoodName[]).filter((name) => uses[name] === use);
	return Object.fromEntries(names.map((name) => [name, MOODS[name].values[index(MOODS[name].values)]]));
}

/** The values that are not the defaults, for printing. */
export function textOfMoods(values: Partial<MoodValues>): string {
	const others = Object.entries(values).filter(([name, value]) => MOODS[name as MoodName].values[0] !== value);
	return others.map(([name, value]) => `${name}=${value}`).join(', ') || 'the defaults';
}
