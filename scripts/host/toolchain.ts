import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

const COMPILERS = ['g++', 'c++', 'clang++'];
const PYTHONS = ['python3', 'python'];

const ADVICE: Array<[command: string, line: string]> = [
	['apt-get', 'sudo apt-get install -y make g++ python3'],
	['dnf', 'sudo dnf install -y make gcc-c++ python3'],
	['apk', 'sudo apk add make g++ python3'],
	['pacman', 'sudo pacman -S --needed base-devel python'],
	['xcode-select', 'xcode-select --install'],
];

/** The missing tools for compiling SQLite's binding; empty if all are installed. */
export function missingTools(): string[] {
	const needs: Array<[name: string, commands: string[]]> = [
		['make', ['make']],
		['g++', COMPILERS],
		['python3', PYTHONS],
	];
	return needs.filter(([, commands]) => !commands.some(isOnPath)).map(([name]) => name);
}

/** The command that installs the missing tools on this machine. */
export function toolAdvice(): string {
	const line = ADVICE.find(([command]) => isOnPath(command))?.[1];
	const isRoot = process.getuid?.() === 0;
	return (isRoot ? line?.replace('sudo ', '') : line) ?? 'Install make, g++ and python3';
}

/** True if the command is an executable in PATH. */
export function isOnPath(command: string): boolean {
	return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
		const file = path.join(folder, command);
		return existsSync(file) && isExecutable(file);
	});
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
