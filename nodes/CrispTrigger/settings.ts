import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { readSelection, type EventSelection } from '../shared/events/selection/selection';
import type { BatchSettings } from './delivery/executions';
import { usualStartsPerMinute } from './starts/releasePolicy';
import type { Credential } from '../shared/api/transport';

/** How events arrive: over the realtime connection, or by polling where there is none; or only one of the two. */
export type Connection = 'automatic' | 'realtime' | 'polling';

const connections: readonly unknown[] = ['automatic', 'realtime', 'polling'];

/** The shortest time between two rounds of polling that a user can choose, in seconds. */
export const shortestPollSeconds = 10;

/** The longest pause in what a visitor writes that can be chosen, in milliseconds. */
export const longestGather = 600_000;

/** The settings from the form of the trigger. */
export interface Settings extends EventSelection {
	/** In milliseconds. */
	lookBack: number;
	batch: BatchSettings;
	/** What a visitor writes shares an execution until nothing comes for so many milliseconds; 0 or undefined for none. */
	gather?: number;
	/** How often the events of one conversation start the workflow in a minute; 0 or undefined for any number. */
	startsPerMinute?: number;
	/** The requests a day that the token has; undefined for the number that Crisp documents. */
	dailyQuota?: number;
	/** `automatic` if undefined. */
	connection?: Connection;
	/** The time between two rounds of polling in milliseconds; undefined if the trigger decides. */
	pollInterval?: number;
	/** Whether a test in the editor shows sample events at once. */
	isSample: boolean;
}

/** Reads the values of the fields in `triggerProperties`. */
export function readSettings(context: ITriggerFunctions, credential: Credential): Settings {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const { lookBackHours = 24, batchSize = 1, batchWait = 250, startsPerMinute, dailyQuota } = options;
	const gather = Number(options.gatherSeconds) * 1_000;
	return {
		...readSelection(context, credential),
		lookBack: Number(lookBackHours) * 3_600_000,
		batch: { size: Math.max(1, Number(batchSize) || 1), wait: Math.max(0, Number(batchWait) || 0) },
		gather: gather > 0 ? Math.min(gather, longestGather) : undefined,
		startsPerMinute: wholeNumber(startsPerMinute) ?? usualStartsPerMinute,
		dailyQuota: wholeNumber(dailyQuota) || undefined,
		connection: connections.includes(options.connection) ? (options.connection as Connection) : 'automatic',
		pollInterval: Number(options.pollSeconds) > 0 ? millisecondsOf(Number(options.pollSeconds)) : undefined,
		isSample: context.getNodeParameter('useSampleEvent', false) === true,
	};
}

/** A number of at least 0, rounded up; undefined for what is none, such as the result of an expression. */
function wholeNumber(given: unknown): number | undefined {
	const number = given === undefined || given === null || given === '' ? NaN : Number(given);
	return number >= 0 ? Math.ceil(number) : undefined;
}

function millisecondsOf(pollSeconds: number): number {
	return Math.max(shortestPollSeconds, pollSeconds) * 1_000;
}
