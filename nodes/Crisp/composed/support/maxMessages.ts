import { UserError, type IDataObject } from 'n8n-workflow';

/** How many messages an operation reads at most; all without a value. Throws a UserError for what is not a number from 1 on. */
export function mostMessages({ max_messages: most = Infinity }: IDataObject): number {
	if (Number(most) >= 1) return Number(most);
	throw new UserError(`'Max Messages' is not a number of messages: ${JSON.stringify(most)}`, {
		description: 'Give a number from 1 on, or leave the field out.',
	});
}
