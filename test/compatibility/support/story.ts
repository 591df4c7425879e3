import type { IDataObject } from 'n8n-workflow';
import { fingerprintFor, ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { referenceText } from '../../../nodes/shared/waits/reference';
import { TriggersInTime } from '../../unit/trigger/polling/triggersInTime';

/** What happens in Crisp around a trigger whose static data is saved, and the trigger itself, in simulated time. */

const minute = 60_000;

/** The form of the trigger. It starts on everything about which it saves something. */
export const followed = {
	workflow: 'saved',
	websites: ['w'],
	events: [
		...['message:send', 'people:profile:created', 'conversation:resolved', 'conversation:reopened'],
		...['message:chosen', 'session:sync:rating', 'integration:quota:low'],
	],
	options: { dailyQuota: 2 },
};

export const waitUrl = 'https://n8n.example/webhook-waiting/12/node?wait=0.0&signature=ab12';

/** The requests of a trigger to n8n itself, by address. */
export type Nudges = string[];

export class Story {
	readonly world = new TriggersInTime();

	readonly nudges: Nudges = [];

	constructor() {
		this.world.onRequestToN8n = ({ url }) => void this.nudges.push(url);
	}

	/** Before the workflow is published. */
	async early(): Promise<void> {
		this.world.crisp.write('session_1');
		this.world.crisp.setState('session_2', 'unresolved');
		this.world.crisp.write('session_2');
		await this.world.clock.advance(minute / 2);
	}

	/** While the trigger runs. What `note` says was written by the Crisp node of 1.1.0 where it is given. */
	async live(note = this.note()): Promise<void> {
		const { crisp, clock } = this.world;
		await clock.advance(minute);
		crisp.write('session_1');
		crisp.createPerson();
		crisp.setState('session_2', 'resolved');
		this.chooses('s');
		this.rates(4);
		crisp.listener?.('message:received', note);
		await clock.advance(minute);
		crisp.write('session_1');
		await clock.advance(1_000);
	}

	/** While n8n is down. */
	async missed(): Promise<void> {
		const { crisp, clock } = this.world;
		crisp.write('session_1');
		crisp.setState('session_2', 'unresolved');
		await clock.advance(minute);
	}

	/** A visitor chooses an answer of a picker; Crisp announces it again with each update of the message. */
	chooses(value: string): void {
		const choices = ['s', 'm'].map((one) => ({ value: one, label: one, selected: one === value }));
		const content = { id: 'size', text: 'Which size?', choices };
		this.say('message:updated', { fingerprint: 777, type: 'picker', from: 'operator', content });
	}

	rates(stars: number): void {
		this.say('session:sync:rating', { rating: { stars, comment: 'Fine' } });
	}

	/** The note of a question that waits, as the Crisp node writes it. */
	note(): IDataObject {
		const place = { website: 'w', session: 'session_3' };
		const ownKey = ownKeyOf({ key: 'k' }, 'instance');
		const link = referenceText(ownKey, { ...place, url: waitUrl, ask: 'team', until: 0 });
		return {
			...{ website_id: place.website, session_id: place.session, type: 'note', from: 'operator', origin: 'chat' },
			...{ fingerprint: fingerprintFor(ownKey, ['note']), content: `Refund? [Answer by link](${link}).` },
			timestamp: this.world.clock.now(),
		};
	}

	private say(name: string, payload: IDataObject): void {
		this.world.crisp.listener?.(name, { website_id: 'w', session_id: 'session_1', ...payload });
	}
}

/** What a trigger delivered, as `event` and what tells one from another. */
export const toldIn = (delivered: IDataObject[]): string[] =>
	delivered.map(({ event, fingerprint, people_id, session_id, data }) => {
		const { rating, state } = Object(data) as { rating?: { stars: number }; state?: string };
		return [event, fingerprint ?? people_id ?? session_id, state, rating?.stars].filter(Boolean).join(' ');
	});
