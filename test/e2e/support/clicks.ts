import type { Page } from 'playwright-core';

/** Runs in the page. */
const LISTEN = "window.addEventListener('pointerdown', () => void window.clicked(), true)";

/** Counts what a user does with the mouse on a page: each press of a button is one, a drag as well. */
export class Clicks {
	private sum = 0;
	private isPaused = false;

	/** Counts from now on, also after the page was loaded again. */
	static async on(page: Page): Promise<Clicks> {
		const clicks = new Clicks();
		await page.exposeFunction('clicked', () => {
			if (!clicks.isPaused) clicks.sum += 1;
		});
		await page.addInitScript(LISTEN);
		await page.evaluate(LISTEN);
		return clicks;
	}

	/** How many clicks there were since the last call. */
	take(): number {
		const taken = this.sum;
		this.sum = 0;
		return taken;
	}

	/** Does something that is not counted. */
	async leavingOut(act: () => Promise<void>): Promise<void> {
		this.isPaused = true;
		await act();
		this.isPaused = false;
	}
}
