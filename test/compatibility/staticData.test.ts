import type { IDataObject } from 'n8n-workflow';
import { afterReading, type ManySaved } from './support/manyWebsites';
import { savedIn, savedVersions } from './support/place';
import { followed, Story, toldIn, waitUrl } from './support/story';

/** A trigger that starts with the static data of an earlier version goes on where that one ended: docs/compatibility.md. */

interface Saved {
	note: IDataObject;
	delivered: string[];
	memory: IDataObject;
}

describe.each(savedVersions())('a trigger with the static data of version %s', (version) => {
	const saved = savedIn<Saved>(version, 'staticData.json');

	/** The trigger after an update of the package, while n8n was down. */
	async function updated(memory: IDataObject = saved.memory) {
		const story = new Story();
		await story.early();
		await story.live(saved.note);
		await story.missed();
		const begun = await story.world.activate({ ...followed, memory: structuredClone(memory) });
		await story.world.clock.advance(60_000);
		return { story, ...begun, told: () => toldIn(begun.delivered) };
	}

	it('delivers what was missed, and nothing twice or from before it was published', async () => {
		const { told, close } = await updated();
		expect(saved.delivered).toContain('conversation:resolved session_2 resolved');
		expect(told()).toEqual(['message:send 6', 'conversation:reopened session_2 unresolved']);
		await close();
	});

	it('still knows the choices and ratings that it has delivered', async () => {
		const { story, told, close } = await updated();
		const before = told().length;
		story.chooses('s');
		story.rates(4);
		await story.world.clock.advance(1_000);
		expect(told().slice(before)).toEqual([]);
		story.chooses('m');
		story.rates(2);
		await story.world.clock.advance(1_000);
		expect(told().slice(before)).toEqual(['message:chosen 777', 'session:sync:rating session_1 2']);
		await close();
	});

	it('does not warn of the daily quota again on the same day', async () => {
		expect(saved.delivered.filter((one) => one.startsWith('integration:quota:low'))).toHaveLength(1);
		const { told, close } = await updated();
		expect(told().filter((one) => one.startsWith('integration:quota:low'))).toEqual([]);
		await close();
	});

	it('tells the executions that waited that there may be an answer', async () => {
		const { story, close } = await updated();
		expect(story.nudges).toEqual([waitUrl]);
		await close();
	});

	it('recognizes the private note of an execution that waits', async () => {
		const story = new Story();
		const { memory, close } = await story.world.activate(followed);
		story.world.crisp.listener?.('message:received', saved.note);
		await story.world.clock.advance(1_000);
		expect(memory.waits).toMatchObject([{ website: 'w', session: 'session_3' }]);
		await close();
	});

	it('reads the rest of many websites, and delivers each event once', async () => {
		const before = savedIn<ManySaved>(version, 'manyWebsites.json');
		const { delivered, missed } = await afterReading(before);
		const left = missed.filter((text) => !before.delivered.includes(text));
		expect(left.length).toBeGreaterThan(20);
		expect(delivered).toEqual(left);
	});
});
