/** One comparison, measured in one run and shown as one table. */
export interface Case {
	/** The NAME in `npm run bench -- NAME`. */
	name: string;
	title: string;
	/** A paragraph that describes what is compared, and how. */
	about: string;
	/** Whether it runs in a complete n8n, which takes minutes. */
	isInN8n?: boolean;
	/** Runs the measurements, and reports progress with `say`. */
	run(say: (line: string) => void): Promise<Outcome>;
}

export interface Outcome {
	columns: string[];
	rows: Array<Array<string | number>>;
	/** Assertions about the results, with the measured value. If one does not hold, the benchmark fails. */
	promises: Array<{ what: string; holds: boolean }>;
	/** Notes that are needed to interpret the results. */
	remarks?: string[];
}
