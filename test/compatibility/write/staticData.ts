import { followed, Story, toldIn } from '../support/story';

/** The static data of a trigger with everything that it saves, and what it had delivered. */
export async function writtenStaticData() {
	const story = new Story();
	const note = story.note();
	await story.early();
	const { memory, delivered, close } = await story.world.activate({ ...followed, activation: 'activate' });
	await story.live(note);
	await close();
	return { note, delivered: toldIn(delivered), memory: structuredClone(memory) };
}
