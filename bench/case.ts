/** One comparison, measured in one run and shown as one table. */
export interface Case {
	/** What `npm run bench -- NAME` calls it. */
	name: string;
	title: string;
	/** What is compared with what, and how, in a paragraph. */
	about: string;
	/** Whether it runs in the real n8n, and so takes minutes. */
	isInN8n?: boolean;
	/** Measures; says how far it is, line by line. */
	run(say: (line: string) => void): Promise<Outcome>;
}

export interface Outcome {
	columns: string[];
	rows: Array<Array<string | number>>;
	/** What has to hold, each with the figure it was judged by: one that does not makes the bench fail. */
	promises: Array<{ what: string; holds: boolean }>;
	/** What a reader has to know to judge the figures. */
	remarks?: string[];
}
