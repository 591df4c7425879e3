import { readFileSync } from 'node:fs';
import { userAgent } from '../../credentials/CrispApi.credentials';

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };

describe('the version of the package', () => {
	it('is what Crisp is told', () => {
		expect(userAgent).toBe(`${name}/${version}`);
	});

	it('is what the changelog begins with', () => {
		expect(/^## (.+)$/m.exec(readFileSync('CHANGELOG.md', 'utf8'))?.[1]).toBe(version);
	});
});
