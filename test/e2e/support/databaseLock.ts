import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Holds the write lock of an SQLite database, in WAL mode: others can read, but every write of theirs fails as
 * soon as their patience ends.
 */
const HOLD = `
	const { DatabaseSync } = require('node:sqlite');
	const database = new DatabaseSync(process.argv[1], { timeout: 30_000 });
	database.exec('BEGIN IMMEDIATE');
	process.stdout.write('held');
	process.stdin.on('end', () => {
		database.exec('ROLLBACK');
		database.close();
	}).resume();
`;

/** Runs `meanwhile` while no other process can write into the database; `node` is a Node.js with `node:sqlite`. */
export async function whileLocked<T>(node: string, databaseFile: string, meanwhile: () => Promise<T>): Promise<T> {
	const holder = spawn(node, ['-e', HOLD, databaseFile], { stdio: ['pipe', 'pipe', 'inherit'] });
	const exited = once(holder, 'exit');
	try {
		const held = await Promise.race([once(holder.stdout, 'data'), exited]);
		if (String(held[0]) !== 'held') throw new Error(`The lock of ${databaseFile} was not taken.`);
		return await meanwhile();
	} finally {
		holder.stdin.end();
		await exited;
	}
}
