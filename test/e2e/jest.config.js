/** Run by `npm run test:e2e`; the plain `npm test` knows nothing of a real n8n. */
/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	roots: ['<rootDir>/test/e2e'],
	testEnvironment: 'node',
	testMatch: ['**/*.e2e.ts'],
	testTimeout: 180_000,
	// Each file starts an n8n of its own, which takes a core and more.
	maxWorkers: 1,
	verbose: true,
	moduleNameMapper: { '/ssh-tunnel-helper-functions$': '<rootDir>/test/support/noSshTunnels.ts' },
	transform: {
		'^.+\\.ts$': [
			'ts-jest',
			{
				// `npm run typecheck` checks the types; here they are only taken away.
				tsconfig: { module: 'commonjs', target: 'es2022', esModuleInterop: true, isolatedModules: true },
			},
		],
	},
};
