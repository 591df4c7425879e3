import { readFileSync } from 'node:fs';
import { userAgent } from '../../nodes/shared/credential/authenticated';

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };

describe('the version of the package', () => {
	it('is sent to Crisp in the User-Agent', () => {
		expect(userAgent).toBe(`${name}/${version}`);
	});

	it('is the latest released version in the changelog', () => {
		const headings = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
		expect(headings.find((heading) => heading !== 'Unreleased')).toBe(version);
	});
});
