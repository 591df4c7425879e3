import type { Credentials } from '../http/access';

/** Public on purpose: they give access to nothing but this sandbox. */
export const tokens: Record<'website' | 'plugin' | 'user', Credentials> = {
	website: { identifier: '5a9d0000-0000-4000-8000-000000000001', key: 'sandbox-website-key' },
	plugin: { identifier: '5a9d0000-0000-4000-8000-000000000002', key: 'sandbox-plugin-key' },
	user: { identifier: '5a9d0000-0000-4000-8000-000000000003', key: 'sandbox-user-key' },
};
