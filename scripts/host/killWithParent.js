'use strict';

/**
 * Runs a command that must not outlive the process that started it.
 *
 * The parent holds the other end of stdin. When that end closes, on purpose or because the parent
 * was killed, the command and everything it started (one process group) are stopped: with SIGTERM
 * first, and with SIGKILL after the grace period.
 */
const { spawn } = require('node:child_process');

const [graceMs, command, ...args] = process.argv.slice(2);
let isStopping = false;

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('error', (error) => {
	console.error(error.message);
	process.exit(127);
});
child.on('exit', (code) => {
	// Processes that the command left behind would keep ports and files open.
	if (isStopping) signalGroup('SIGKILL');
	process.exit(code ?? 1);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
process.stdin.on('end', stop).on('error', stop).resume();

function stop() {
	if (isStopping) return;
	isStopping = true;
	signalGroup('SIGTERM');
	setTimeout(() => signalGroup('SIGKILL'), Number(graceMs));
}

function signalGroup(signal) {
	// The parent starts this file detached, which makes it the leader of its own group.
	process.kill(-process.pid, signal);
}
