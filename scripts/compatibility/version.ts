/** The first published version: saved workflows of earlier ones do not exist. */
export const firstVersion = '1.1.0';

/**
 * The version whose data is written: that of the package, or the first published one while the package is older. Throws an
 * error if that version is released, or if it is saved already and not the first: its data is a promise from then on.
 */
export function versionToWrite(
	packageVersion: string,
	{ saved, released }: { saved: string[]; released: string[] },
): string {
	const isAfterFirst = compared(packageVersion, firstVersion) > 0;
	const version = isAfterFirst ? packageVersion : firstVersion;
	if (released.includes(version) || (isAfterFirst && saved.includes(version))) {
		throw new Error(
			`The data of version ${version} is not written again: workflows of users were saved with it. ` +
				'Set a new version in package.json to add the data of that version.',
		);
	}
	return version;
}

function compared(one: string, other: string): number {
	const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10));
	const [a, b] = [numbers(one), numbers(other)];
	for (let part = 0; part < 3; part++) if (a[part] !== b[part]) return (a[part] ?? 0) - (b[part] ?? 0);
	return 0;
}
