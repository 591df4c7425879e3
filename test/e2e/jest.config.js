/** Run by `npm run test:e2e`; `npm test` needs no real n8n. */
/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	roots: ['<rootDir>/test/e2e'],
	testEnvironment: 'node',
	testMatch: ['**/*.e2e.ts'],
	testTimeout: 180_000,
	// Each file starts its own n8n, which uses a core and more.
	maxWorkers: 1,
	verbose: true,
	moduleNameMapper: { '/ssh-tunnel-helper-functions$': '<rootDir>/test/support/noSshTunnels.ts' },
	transform: {
		'^.+\\.ts$': [
			'ts-jest',
			{
				// `npm run typecheck` checks the types; here they are only removed.
				tsconfig: { module: 'commonjs', target: 'es2022', esModuleInterop: true, isolatedModules: true },
			},
		],
	},
};
