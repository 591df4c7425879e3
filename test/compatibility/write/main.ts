import { writeVersion } from './write';

it('writes the data of this version', async () => {
	await writeVersion(process.env.COMPATIBILITY_VERSION ?? '');
}, 900_000);
