/** Run by `npm run test:scale`: needs Redis and PostgreSQL on the machine, which `npm run test:e2e` does not. */
/** @type {import('jest').Config} */
module.exports = { ...require('../e2e/jest.config'), roots: ['<rootDir>/test/scale'], testMatch: ['**/*.scale.ts'] };
