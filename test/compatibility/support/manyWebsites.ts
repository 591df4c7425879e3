import type { IDataObject } from 'n8n-workflow';
import { Stage } from '../../support/manyWebsites/stage';

/** A token with so many websites that gaps are read in the background, for hours: what is left to read is saved. */

const second = 1_000;
const count = 150;
const batch = { size: 100, wait: 0 };

export interface ManySaved {
	/** The texts that were delivered before n8n ended. */
	delivered: string[];
	memory: IDataObject;
}

const textsOf = (delivered: unknown[]) => delivered.map(String).sort();

/** What happens at Crisp: visitors write on some websites, and on all of them while there is no connection. */
async function live(stage: Stage): Promise<string[]> {
	const { crisp, clock } = stage;
	await clock.advance(60 * second);
	for (let index = 0; index < 10; index++) stage.writeLive(crisp.id(5 * index));
	await clock.advance(second);
	const missed: string[] = [];
	await stage.gap(() => {
		for (const id of crisp.ids) missed.push(String(crisp.write(id).content));
	});
	await clock.advance(20 * second);
	// The watermark passes the gap, so that only the list of what is left tells of it.
	for (let time = 0; time < 2; time++) {
		await clock.advance(65 * second);
		stage.writeLive(crisp.id(50));
	}
	await clock.advance(second);
	return missed;
}

/** The static data while most websites are still to be read. */
export async function whileReading(): Promise<ManySaved> {
	const stage = new Stage(count);
	const { delivered, memory } = await stage.publish({ batch });
	await live(stage);
	await stage.end();
	return { delivered: textsOf(delivered), memory: structuredClone(memory) };
}

/** What a trigger with that static data delivers within two days, and everything that was missed. */
export async function afterReading({ memory }: ManySaved): Promise<{ delivered: string[]; missed: string[] }> {
	const stage = new Stage(count);
	// Nothing is published yet: only Crisp has what happens.
	await stage.clock.advance(second);
	const missed = await live(stage);
	const { delivered } = await stage.publish({ batch, memory: structuredClone(memory) });
	await stage.clock.advance(48 * 3_600 * second);
	await stage.end();
	return { delivered: textsOf(delivered), missed: missed.sort() };
}
