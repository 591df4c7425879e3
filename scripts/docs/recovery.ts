import { events } from '../../nodes/shared/events/catalogue';

/** How far an event can still be told after a gap. */
export interface Recovery {
	/** A word or two beside the event. */
	mark: string;
	/** Why, in a sentence. */
	why: string;
	events: string[];
}

const named = (pattern: RegExp, ...but: string[]) =>
	events.map(({ name }) => name).filter((name) => pattern.test(name) && !but.includes(name));

/** Every event of Crisp is in one of these. */
export const recoveries: Recovery[] = [
	{
		mark: 'recovered',
		why: 'Crisp keeps it with the time at which it happened: the trigger reads it over REST and delivers it once, in order.',
		events: ['message:send', 'message:received', 'people:profile:created'],
	},
	{
		mark: 'recovered where the former state is known',
		why: 'Crisp shows how a conversation stands, not what it was before. The trigger remembers how the latest 500 conversations stood, also while n8n is down, and delivers one event where one stands otherwise now. What was changed and changed back meanwhile leaves no trace.',
		events: ['session:set_state', 'session:set_routing'],
	},
	{
		mark: 'not recovered: only true for a moment',
		why: 'It says what somebody is doing right now, and Crisp keeps no record of it.',
		events: named(
			/^(message:compose|browsing|call|session:update_availability|session:set_(opened|closed)|session:request|website:|media|plugin:(channel|event)|identity)/,
			...named(/^website:validate/),
		),
	},
	{
		mark: 'not recovered: shown without a time',
		why: 'Crisp shows how it is now, but neither when it came to be nor what it was before, so that a change cannot be told from what was delivered already.',
		events: named(
			/^(message:(updated|acknowledge|notify)|session:(set_|update_verify|sync:(?!rating|error))|people:(profile:updated|bind|sync)|email:subscribe|plugin:(subscription|settings)|plan)/,
			'session:set_state',
			'session:set_routing',
			'session:set_opened',
			'session:set_closed',
		),
	},
	{
		mark: 'not recovered: gone',
		why: 'What was removed is no longer there to be read.',
		events: ['message:removed', 'session:removed', 'people:profile:removed'],
	},
	{
		mark: 'not recovered: not in the REST API',
		why: 'No route of the REST API that tokens of every tier may use tells it.',
		events: ['session:sync:rating', 'session:error', ...named(/^(spam|status|email:track)/)],
	},
	{
		mark: 'not recovered: an answer',
		why: 'It answers something that was asked for over the same line, or reports how far that is: ask again.',
		events: named(/^(bucket|people:import|campaign|widget)/),
	},
	{
		mark: 'not recovered: legacy',
		why: 'No reference of today tells where it could be read.',
		events: events.filter(({ isLegacy }) => isLegacy).map(({ name }) => name),
	},
];

/** The way in which an event of Crisp is recovered, or is not. */
export function recoveryOf(name: string): Recovery {
	const found = recoveries.find(({ events: names }) => names.includes(name));
	if (!found) throw new Error(`Nothing is said of what can be recovered of ${name}`);
	return found;
}
