import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import { fingerprintFor, ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { referenceText, type Reference } from '../../../nodes/shared/waits/reference';
import { WaitWatch, type WaitWatchOptions } from '../../../nodes/shared/waits/watch';
import { FakeClock } from '../../support/fakeClock';

/** Notes of waits, and a trigger that follows them. */

export const ownKey = ownKeyOf({ key: 'key' }, 'instance');
export const place = { website: 'site', session: 'session_1' };

export const referenceOf = (more: Partial<Reference> = {}): Reference => ({
	...place,
	url: 'https://n8n.example/webhook-waiting/12/node?wait=0.0&signature=ab12',
	ask: 'team',
	until: 0,
	...more,
});

let count = 0;

/** A private note of this n8n, as Crisp announces it. */
export function noteOf(reference: Reference, more: IDataObject = {}, key = ownKey): IDataObject {
	return {
		website_id: reference.website,
		session_id: reference.session,
		type: 'note',
		from: 'operator',
		origin: 'chat',
		fingerprint: fingerprintFor(key, [`note ${++count}`]),
		content: `Refund? [Answer by link](${referenceText(key, reference)}).`,
		timestamp: 1_800_000_000_000,
		...more,
	};
}

/** A message of another in the conversation. */
export const messageOf = (more: IDataObject = {}): IDataObject => ({
	website_id: place.website,
	session_id: place.session,
	type: 'note',
	from: 'operator',
	origin: 'chat',
	fingerprint: 1_000 + ++count,
	content: 'Approve',
	timestamp: 1_800_000_001_000,
	...more,
});

/** A trigger with an injected n8n and Crisp. */
export class Followed {
	readonly clock = new FakeClock();

	/** The requests to n8n. */
	readonly requests: IHttpRequestOptions[] = [];

	/** How n8n answers, the first first; the last answer stays. */
	answers: Array<object | Error> = [{ statusCode: 200, body: { waiting: true } }];

	/** The conversations that were read, and what they contain. */
	readonly read: string[] = [];

	messages: IDataObject[] = [];

	readonly troubles: Array<Error | undefined> = [];

	readonly end = new AbortController();

	readonly watch: WaitWatch;

	constructor(
		readonly memory: { waits?: unknown } = {},
		more: Partial<WaitWatchOptions> = {},
	) {
		this.watch = new WaitWatch({
			clock: this.clock,
			signal: this.end.signal,
			memory,
			ownKey: () => ownKey,
			read: async ({ session }) => {
				this.read.push(session);
				return await Promise.resolve(this.messages);
			},
			send: async (options) => {
				this.requests.push(options);
				const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
				return await (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
			},
			onTrouble: (error) => this.troubles.push(error),
			...more,
		});
	}

	get urls(): string[] {
		return this.requests.map(({ url }) => url);
	}
}

/** Lets promises settle. */
export async function settled(): Promise<void> {
	for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
