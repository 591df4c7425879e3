import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PLACES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Starts the Chromium of this machine; set CHROMIUM_PATH if it is not in a usual place. */
export async function openBrowser(): Promise<Browser> {
	const executablePath = [process.env.CHROMIUM_PATH ?? '', ...USUAL_PLACES].find(existsSync);
	if (!executablePath) {
		throw new Error('No Chromium found: install one (apt-get install chromium) or set CHROMIUM_PATH');
	}
	// Chromium's own sandbox does not work for root, the usual user of containers. Nothing here uses any network but
	// this machine's.
	const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
	return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
}
