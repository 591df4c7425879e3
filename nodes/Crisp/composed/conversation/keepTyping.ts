import { UserError } from 'n8n-workflow';
import { flag, number } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { keepTyping as keep } from '../../sending/typing';
import { pathOf, routes } from '../support/conversations';

const longest = 600;

/** Crisp ends typing after about six seconds, which is less than most AI models take to answer. */
export const keepTyping: ComposedOperation = {
	action: 'Keep typing until a message is sent',
	description: 'Show typing while the workflow goes on, until it sends a message or the time is over',
	note: 'It also ends when typing is set to Not Typing. The item passes through. Takes a request every 5 seconds.',
	scope: 'website:conversation:messages',
	variables: ['website_id', 'session_id'],
	body: {
		at_most: number(`How long it is shown if no message is sent, at most ${longest} seconds`, {
			label: 'At Most (Seconds)',
			fallback: 60,
		}),
		automated: flag('Whether it is shown as the typing of a bot'),
	},
	async compose({ values, client, clock, signal, input }) {
		const seconds = Number(values.at_most);
		if (!(seconds > 0 && seconds <= longest)) {
			throw new UserError(`'At Most (Seconds)' cannot be ${seconds}`, {
				description: `Give a number from 1 to ${longest}.`,
			});
		}
		const path = pathOf(routes.compose, values);
		const { automated } = values;
		await keep({
			path,
			show: async (type) => await client.send({ method: 'PATCH', path, body: { type, from: 'operator', automated } }),
			most: seconds * 1_000,
			clock,
			signal,
		});
		return [input];
	},
};
