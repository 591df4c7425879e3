/**
 * The features that n8n offers to nodes, and since which version, according to its compiled code of 21 versions from
 * 1.123 to 2.41. The nodes detect features at run time and never compare versions; `without` says what they do if one
 * is missing.
 */
export const FEATURES = {
	failedExecutions: {
		since: '2.8',
		what: '`saveFailedExecution` in triggers',
		without: 'A rejected token is reported in the log only.',
	},
	toolFlag: {
		since: '2.4',
		what: '`isToolExecution`',
		without: "The node type shows that it runs as an agent's tool.",
	},
	deduplicationKeys: {
		since: '2.20',
		what: "the fourth argument of a trigger's `emit`",
		without: 'The latest delivered events are saved with the workflow, so that a restart does not repeat them.',
	},
	agentMemory: {
		since: '2.16',
		what: '`@n8n/ai-node-sdk`, through which community nodes supply memories',
		without: 'Crisp Memory fails with an error that says so; the other nodes work.',
	},
	egressFilter: {
		since: '2.30',
		what: '`getSecureEgressFilter`, which returns undefined up to 2.37.5 if the guard is off',
		without: 'Sockets are not guarded; if connections have to be limited, the network has to do it.',
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
