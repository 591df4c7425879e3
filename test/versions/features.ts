/**
 * What n8n offers to nodes from which version on, as read in its compiled code of 21 versions from 1.123 to 2.41. The nodes
 * look for what is there when they run, and never compare versions; `without` says what they do where it is absent.
 */
export const FEATURES = {
	failedExecutions: {
		since: '2.8',
		what: '`saveFailedExecution` in triggers',
		without: 'A token that is refused is told in the log only.',
	},
	toolFlag: {
		since: '2.4',
		what: '`isToolExecution`',
		without: "The type of the node tells that it is an agent's tool.",
	},
	deduplicationKeys: {
		since: '2.20',
		what: "the fourth argument of a trigger's `emit`",
		without: 'What was delivered lately is saved with the workflow, so that a restart does not deliver it again.',
	},
	egressFilter: {
		since: '2.30',
		what: '`getSecureEgressFilter`, which returns undefined up to 2.37.5 where the guard is off',
		without: 'There is no guard for sockets; where connections have to be limited, the network has to do it.',
	},
	sleepWithSignal: {
		since: '2.34',
		what: '`sleep` with a signal; up to 2.33 there is `sleepWithAbort`',
		without: 'A wait that is cancelled leaves its timer running.',
	},
} as const satisfies Record<string, { since: string; what: string; without: string }>;

export type Feature = keyof typeof FEATURES;

/** Whether n8n of a version, such as 2.33.7, has a feature. */
export function hasFeature(version: string, feature: Feature): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const [sinceMajor = 0, sinceMinor = 0] = FEATURES[feature].since.split('.').map(Number);
	return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
