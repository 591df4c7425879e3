import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { REPOSITORY } from './host/folder';

const DOCUMENTED = path.join(REPOSITORY, 'docs/pictures');
/** Pictures in docs/pictures, and the screenshots that they are copied from. */
const PICTURES = {
	canvas: 'newcomer-canvas',
	lists: 'newcomer-lists',
	output: 'newcomer-output',
	sandbox: 'sandbox-reply',
	'first-answer': 'first-answer',
	'first-chatbox': 'first-chatbox',
	'first-credential': 'first-credential',
	'first-message': 'first-message',
	'first-panel': 'first-panel',
	'first-published': 'first-published',
	preview: 'schemas-get',
	'review-canvas': 'review-canvas',
	'review-note': 'review-note',
};

/** Runs the editor tests in a real n8n, and copies the screenshots that the documentation uses. */
function takePictures(screenshots: string): number {
	const args = [
		'--import',
		'tsx',
		path.join(__dirname, 'e2e.ts'),
		'test/e2e/(editor|newcomer|firstWorkflow|schemas|waits/humanReview)',
	];
	const env = { ...process.env, N8N_CRISP_SCREENSHOTS: screenshots };
	const { status } = spawnSync(process.execPath, args, { cwd: REPOSITORY, stdio: 'inherit', env });
	if (status !== 0) return 1;
	for (const [picture, screenshot] of Object.entries(PICTURES)) {
		copyFileSync(path.join(screenshots, `${screenshot}.png`), path.join(DOCUMENTED, `${picture}.png`));
	}
	return 0;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-pictures-'));
try {
	process.exitCode = takePictures(folder);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
