import { writeVersion } from './write';

it('writes the data of this version', async () => {
	const { COMPATIBILITY_VERSION: version } = process.env;
	if (!version) throw new Error('Run npm run compatibility -- --write');
	await writeVersion(version);
}, 900_000);
