const mostRemembered = 10_000;

/** The latest 10,000 things seen, to tell what comes for the first time. */
export class Remembered {
	private readonly seen = new Set<string>();

	/** Whether it was not seen yet; it is from now on. */
	isNew(identity: string): boolean {
		if (this.seen.has(identity)) return false;
		this.seen.add(identity);
		if (this.seen.size > mostRemembered) {
			const [oldest] = this.seen;
			this.seen.delete(oldest as string);
		}
		return true;
	}
}
