/** The minor lines of n8n that the package supports, with the tested version of each. */
export interface Line {
	/** Such as 2.33. */
	name: string;
	/** The newest version of the line that can be installed from the registry; undefined if there is none. */
	version?: string;
	/** Why no version can be installed. */
	reason?: string;
	/**
	 * Pinned versions of n8n's dependencies. Without them, npm installs newer versions that this n8n cannot load:
	 * its version ranges have no upper bound.
	 */
	pins?: Record<string, string>;
	/** The oldest Node.js in which its n8n is tested, besides the one of the host. */
	oldestNode?: string;
}

const checkpoint = { '@langchain/langgraph-checkpoint': '1.0.0' };
/** Newer versions import `./utils/uuid` from `@langchain/core`, which the version that n8n requires does not have. */
const langgraph = { ...checkpoint, '@langchain/langgraph': '1.0.2', '@langchain/langgraph-sdk': '1.0.3' };

/** Newer versions no longer have the class that Sentry extends in these versions of n8n. */
const openTelemetry = { '@opentelemetry/core': '2.6.0' };

const absent = 'no version of this line could be installed when this was tested';
const lacking = (what: string) => `${what}, on which it depends, could not be installed when this was tested`;

export const LINES: Line[] = [
	{ name: '1.123', version: '1.123.81', pins: checkpoint, oldestNode: '20.20.2' },
	{ name: '2.0', version: '2.0.3', pins: checkpoint },
	{ name: '2.1', version: '2.1.4', pins: checkpoint },
	{ name: '2.2', reason: absent },
	{ name: '2.3', version: '2.3.6', pins: checkpoint },
	{ name: '2.4', version: '2.4.8', pins: checkpoint },
	{ name: '2.5', reason: absent },
	{ name: '2.6', version: '2.6.4', pins: checkpoint },
	{ name: '2.7', version: '2.7.5', pins: { ...checkpoint, ...openTelemetry } },
	{ name: '2.8', version: '2.8.4', pins: { ...checkpoint, ...openTelemetry } },
	{ name: '2.9', reason: absent },
	{ name: '2.10', reason: lacking('@n8n/ai-utilities 0.4.0') },
	{ name: '2.11', version: '2.11.4', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.12', reason: lacking('@n8n/ai-workflow-builder 1.12.0') },
	{ name: '2.13', reason: lacking('@n8n/ai-workflow-builder 1.13.1') },
	{ name: '2.14', version: '2.14.2', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.15', version: '2.15.1', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.16', version: '2.16.1', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.17', reason: lacking('@n8n/ai-node-sdk 0.8.0') },
	{ name: '2.18', reason: absent },
	{ name: '2.19', reason: absent },
	{ name: '2.20', version: '2.20.12', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.21', reason: absent },
	{ name: '2.22', version: '2.22.6', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.23', version: '2.23.4', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.24', reason: lacking('@n8n/agents 0.10.0') },
	{ name: '2.25', reason: absent },
	{ name: '2.26', reason: absent },
	{ name: '2.27', version: '2.27.4', pins: { ...langgraph, ...openTelemetry } },
	{ name: '2.28', reason: lacking('@n8n_io/ai-assistant-sdk 1.22.0') },
	{ name: '2.29', reason: absent },
	{ name: '2.30', version: '2.30.8' },
	{ name: '2.31', version: '2.31.0' },
	{ name: '2.32', reason: lacking('@n8n/agents 0.17.2') },
	{ name: '2.33', version: '2.33.7' },
	{ name: '2.34', reason: lacking('@n8n/ai-node-sdk 0.24.4') },
	{ name: '2.35', version: '2.35.7' },
	{ name: '2.36', version: '2.36.8' },
	{ name: '2.37', version: '2.37.11' },
	{ name: '2.38', version: '2.38.7' },
	{ name: '2.39', version: '2.39.10' },
	{ name: '2.40', version: '2.40.7' },
	{ name: '2.41', version: '2.41.1' },
];

export const lineOf = (version: string) => version.split('.').slice(0, 2).join('.');

/** The oldest Node.js in which a version of n8n is tested; undefined if it is only tested in the one of the host. */
export const oldestNodeOf = (version: string) => LINES.find(({ name }) => name === lineOf(version))?.oldestNode;
