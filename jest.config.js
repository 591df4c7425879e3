/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	// A test that waits in vain fails by this; how busy the machine is must not matter.
	testTimeout: 60_000,
	roots: ['<rootDir>/test', '<rootDir>/bench'],
	setupFiles: ['<rootDir>/test/support/environment.ts'],
	setupFilesAfterEnv: ['<rootDir>/test/support/resetProcessState.ts'],
	// With `--coverage`. The provider `v8` would take several times as long.
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
	coverageReporters: ['json-summary', 'text-summary'],
	testMatch: ['**/*.test.ts'],
	moduleNameMapper: { '/ssh-tunnel-helper-functions$': '<rootDir>/test/support/noSshTunnels.ts' },
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.test.json' }] },
};
