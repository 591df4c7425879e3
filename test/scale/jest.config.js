/** The configuration of `npm run test:scale`, which needs Redis and PostgreSQL (`npm run test:e2e` does not). */
/** @type {import('jest').Config} */
module.exports = { ...require('../e2e/jest.config'), roots: ['<rootDir>/test/scale'], testMatch: ['**/*.scale.ts'] };
