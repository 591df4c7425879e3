import { events } from '../../nodes/shared/events/catalogue';

/** How far an event can be recovered by catch-up after a gap. */
export interface Recovery {
	/** A short label next to the event. */
	mark: string;
	/** The reason, in a sentence. */
	why: string;
	events: string[];
}

const named = (pattern: RegExp, ...but: string[]) =>
	events.map(({ name }) => name).filter((name) => pattern.test(name) && !but.includes(name));

/** Each event of Crisp is in exactly one of these groups. */
export const recoveries: Recovery[] = [
	{
		mark: 'recovered',
		why: 'Crisp stores it together with its time: the trigger fetches it over REST and delivers it once, in order.',
		events: ['message:send', 'message:received', 'people:profile:created'],
	},
	{
		mark: 'recovered if the previous state is known',
		why: 'Crisp returns the current state of a conversation, but not the previous one. The trigger stores the states of the latest 500 conversations, also across restarts of n8n, and delivers one event for each conversation whose state has changed. A change that was reverted during the gap cannot be detected, nor one that does not set the time of change of the conversation.',
		events: ['session:set_state', 'session:set_routing'],
	},
	{
		mark: 'not recovered: momentary',
		why: 'It reports what somebody is doing at the moment, and Crisp does not store it.',
		events: named(
			/^(message:compose|browsing|call|session:update_availability|session:set_(opened|closed)|session:request|website:|media|plugin:(channel|event)|identity)/,
			...named(/^website:validate/),
		),
	},
	{
		mark: 'not recovered: stored without a time',
		why: 'Crisp returns the current value, but neither the time of the change nor the previous value, so that a new change cannot be distinguished from one that was already delivered.',
		events: named(
			/^(message:(updated|acknowledge|notify)|session:(set_|update_verify|sync:(?!rating|error))|people:(profile:updated|bind|sync)|email:subscribe|plugin:(subscription|settings)|plan)/,
			'session:set_state',
			'session:set_routing',
			'session:set_opened',
			'session:set_closed',
		),
	},
	{
		mark: 'not recovered: removed',
		why: 'Removed items can no longer be fetched.',
		events: ['message:removed', 'session:removed', 'people:profile:removed'],
	},
	{
		mark: 'not recovered: not in the REST API',
		why: 'The REST API has no route for it that tokens of every tier may use.',
		events: ['session:sync:rating', 'session:error', ...named(/^(spam|status|email:track)/)],
	},
	{
		mark: 'not recovered: a response',
		why: 'It is the response to a request over the same connection, or reports its progress: send the request again.',
		events: named(/^(bucket|people:import|campaign|widget)/),
	},
	{
		mark: 'not recovered: legacy',
		why: "Crisp's current documentation does not say where it could be fetched.",
		events: events.filter(({ isLegacy }) => isLegacy).map(({ name }) => name),
	},
];

/** How an event of Crisp is recovered, or why it is not. */
export function recoveryOf(name: string): Recovery {
	const found = recoveries.find(({ events: names }) => names.includes(name));
	if (!found) throw new Error(`scripts/docs/recovery.ts has no entry for the event ${name}`);
	return found;
}
