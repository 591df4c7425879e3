import { startSandbox, type Sandbox } from '../../sandbox';
import { HELP_ID, SHOP_ID, UNCONNECTED_ID } from '../../sandbox/state/seed';
import type { Credential } from '../../nodes/shared/api/transport';

/** IDs of the sandbox's seed data, and helpers to use a sandbox in tests. */

export const shop = SHOP_ID;
export const help = HELP_ID;
export const notInstalled = UNCONNECTED_ID;
export const conversation = 'session_19e5240f-0a8d-461e-a661-a3123fc60001';
export const operator = 'a4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a02';
export const person = 'c5a2f70c-f605-4648-b47f-8c39d4b00001';

export function credentialFor(
	sandbox: Sandbox,
	tier: Credential['tier'] = 'website',
	more: Partial<Credential> = {},
): Credential {
	return { tier, ...sandbox.tokens[tier], websiteId: SHOP_ID, baseUrl: sandbox.url, ...more };
}

export function locator(value: string, mode = 'id') {
	return { __rl: true, mode, value };
}

/** Starts a sandbox for the tests of a file, and stops it after them. */
export function useSandbox(): { current: Sandbox } {
	const holder = {} as { current: Sandbox };
	beforeAll(async () => {
		holder.current = await startSandbox({ page: false });
	});
	afterEach(() => holder.current.faults.reset());
	afterAll(async () => await holder.current.close());
	return holder;
}
