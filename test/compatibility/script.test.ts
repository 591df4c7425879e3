import { versionToWrite } from '../../scripts/compatibility/version';

const nothing = { saved: [], released: [] };
const refusal = /is not written again: workflows of users were saved with it\. Set a new version in package\.json/;

describe('npm run compatibility -- --write', () => {
	it.each([
		['1.0.0', nothing, '1.1.0'],
		['1.1.0', nothing, '1.1.0'],
		['1.1.0', { saved: ['1.1.0'], released: [] }, '1.1.0'],
		['1.2.0', { saved: ['1.1.0'], released: ['1.1.0'] }, '1.2.0'],
		['1.10.0', { saved: ['1.1.0', '1.9.0'], released: ['1.1.0', '1.9.0'] }, '1.10.0'],
		['2.0.0-beta.1', { saved: ['1.1.0'], released: ['1.1.0'] }, '2.0.0-beta.1'],
	])('with the version %s in package.json writes that of %j', (version, known, target) => {
		expect(versionToWrite(version, known)).toBe(target);
	});

	it.each([
		['which is released', '1.1.0', { saved: ['1.1.0'], released: ['1.1.0'] }],
		['which is released, in an older package.json', '1.0.0', { saved: ['1.1.0'], released: ['1.1.0'] }],
		['which is saved, and not the first', '1.2.0', { saved: ['1.1.0', '1.2.0'], released: [] }],
	])('refuses a version %s', (_, version, known) => {
		expect(() => versionToWrite(version, known)).toThrow(refusal);
	});
});
