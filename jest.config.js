/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	setupFiles: ['<rootDir>/test/environment.ts'],
	testMatch: ['**/*.test.ts'],
	moduleNameMapper: { '/ssh-tunnel-helper-functions$': '<rootDir>/test/engine/noSshTunnels.ts' },
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.test.json' }] },
};
