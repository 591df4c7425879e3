import type { IDataObject } from 'n8n-workflow';
import { withAnswers } from '../../../nodes/CrispTrigger/integration/waits';
import { eventReceiver } from '../../support/eventReceiver';
import { messageOf, noteOf, ownKey, referenceOf, settled } from '../waits/waitNotes';

const note = noteOf(referenceOf({ website: 'w', session: 'session_1' }));
const answer = messageOf({ website_id: 'w', number: 7 });

describe('a trigger that listens to messages of visitors', () => {
	it('hears those of the team, too, without starting the workflow for them', async () => {
		const memory: IDataObject = {};
		const { receiver, started } = eventReceiver({ events: ['message:send'], filter: { ownKey }, memory });
		expect(receiver.topics.events).toEqual(['message:send', 'message:received', 'message:updated']);
		receiver.receive('message:received', note);
		receiver.receive('message:received', answer);
		await settled();
		expect(started).toEqual([]);
		expect(memory.waits).toMatchObject([{ website: 'w', session: 'session_1' }]);
	});

	it('starts the workflow for its own events as before', async () => {
		const { receiver, started, clock } = eventReceiver({ events: ['message:received'], filter: { ownKey } });
		await receiver.connected();
		receiver.receive('message:received', { ...answer, type: 'text' });
		await clock.advance(1_000);
		await settled();
		expect(started).toEqual([7]);
	});

	it('learns of waits from the messages that a catch-up reads', async () => {
		const memory: IDataObject = {};
		const now = 1_800_000_000_000;
		const conversation = { session_id: 'session_1', updated_at: now, website_id: 'w' };
		const { receiver, started, clock } = eventReceiver({
			events: ['message:send'],
			filter: { ownKey },
			memory,
			answer: ({ path }) => (/conversations\/1$/.test(path) ? [conversation] : /messages$/.test(path) ? [note] : []),
		});
		await receiver.connected();
		receiver.disconnected();
		await clock.advance(1_000);
		await receiver.connected();
		expect(memory.waits).toMatchObject([{ session: 'session_1' }]);
		expect(started).toEqual([]);
	});
});

it('other triggers listen to nothing more', () => {
	expect(withAnswers(['session:set_state'])).toEqual(['session:set_state']);
	expect(eventReceiver({ events: ['session:set_state'] }).receiver.topics.events).toEqual(['session:set_state']);
});
