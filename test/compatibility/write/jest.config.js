const base = require('../../../jest.config.js');

/** Runs what writes the fixture: n8n-core and the nodes load in Jest as in all other tests. */
module.exports = {
	...base,
	rootDir: '../../..',
	roots: ['<rootDir>/test/compatibility'],
	setupFiles: [...base.setupFiles, '<rootDir>/test/compatibility/write/fixedIds.ts'],
	testMatch: ['**/write/main.ts'],
};
