import { readFileSync } from 'node:fs';
import { userAgent } from '../../credentials/CrispApi.credentials';

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string };

describe('the version of the package', () => {
	it('is what Crisp is told', () => {
		expect(userAgent).toBe(`${name}/${version}`);
	});

	it('is what the changelog begins with, after what is not released yet', () => {
		const headings = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
		expect(headings.find((heading) => heading !== 'Unreleased')).toBe(version);
	});
});
