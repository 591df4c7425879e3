import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { toOutput } from '../../nodes/shared/events/output';
import type { MoodValues } from '../../sandbox';
import type { Workflow } from '../../scripts/host/n8nClient';
import { shop } from '../support/sandboxWorkspace';
import { control } from '../support/visitor';
import { runChain } from './exampleChain';
import { MoodyWorkspace } from './workspace';

const file = path.join(__dirname, '../../examples/answer-several-messages-at-once.json');
const example = JSON.parse(readFileSync(file, 'utf8')) as Workflow;

const greeting = 'Hello Nell, thank you. We have read this, and will be with you in a few minutes:\n\n';

/** Something that happens in a conversation, this many seconds after its begin. */
type Step = [at: number, text: string, who?: 'visitor' | 'picture' | 'operator'];

interface Circumstances {
	moods?: Partial<MoodValues>;
	/** How late n8n starts the execution of each text, in milliseconds. */
	delay?(): number;
	/** What the list of messages shows of those that it has; by default all. */
	shown?(messages: IDataObject[]): IDataObject[];
}

/** What the example answers. */
async function answersTo(steps: Step[], circumstances: Circumstances = {}): Promise<string[]> {
	const { moods = {}, delay = () => 0, shown = (messages) => messages } = circumstances;
	const workspace = await MoodyWorkspace.open(moods);
	const { time, sandbox } = workspace;
	const [session_id = ''] = workspace.conversations(1);
	const begin = time.now();
	const runs: Array<Promise<unknown>> = [];
	const start = async (event: IDataObject) => {
		await time.sleep(delay());
		await runChain(example, event, {
			async crisp(parameters, items) {
				const made = await workspace.start(parameters, items);
				return parameters.operation === 'getAll' ? shown(made) : made;
			},
			sleep: async (milliseconds) => await time.sleep(milliseconds),
		});
	};
	const take = async ([at, text, who = 'visitor']: Step) => {
		await time.pass(Math.max(0, begin + at * 1000 - time.now()));
		if (who === 'operator') return await workspace.operatorWrites(session_id, text);
		const content = { name: text, url: 'https://example.com/a.png', type: 'image/png' };
		const said = who === 'picture' ? { type: 'file', content } : { text };
		await control(sandbox, 'visitor/message', { session_id, ...said });
		if (who === 'picture') return;
		const message = { ...workspace.messages(session_id).at(-1), website_id: shop, session_id };
		expect(message).toMatchObject({ content: text });
		const payload = { ...message, user: { nickname: 'Nell', user_id: session_id } } as IDataObject;
		runs.push(start(toOutput('message:send', payload)));
	};
	try {
		for (const step of steps) await take(step);
		await time.during(Promise.all(runs));
		await time.pass(60_000);
		const ofBot = workspace.messages(session_id).filter(({ automated }) => automated === true);
		return ofBot.map(({ content }) => String(content).replace(greeting, ''));
	} finally {
		await workspace.close();
	}
}

describe('the example that answers several messages at once', () => {
	it('answers three messages of five seconds once, with all texts in their order', async () => {
		const steps: Step[] = [
			[0, 'Hi'],
			[3, 'My order has not come'],
			[5, 'It is 4711'],
		];
		expect(await answersTo(steps)).toEqual(['Hi\nMy order has not come\nIt is 4711']);
	});

	it('answers one message', async () => {
		expect(await answersTo([[0, 'Hi']])).toEqual(['Hi']);
	});

	it('answers messages at the same moment once', async () => {
		expect(
			await answersTo([
				[0, 'Hi'],
				[0, 'Anybody?'],
				[0, 'Hello?'],
			]),
		).toEqual(['Hi\nAnybody?\nHello?']);
	});

	it('answers once although the visitor writes for longer than the wait', async () => {
		const steps = Array.from({ length: 6 }, (_, index): Step => [index * 5, `Part ${index}`]);
		expect(await answersTo(steps)).toEqual([steps.map(([, text]) => text).join('\n')]);
	});

	it('answers again what follows after a pause, and only that', async () => {
		expect(
			await answersTo([
				[0, 'Hi'],
				[2, 'A question'],
				[9, 'Another one'],
			]),
		).toEqual(['Hi\nA question', 'Another one']);
	});

	it('leaves no message out, even those between the reading and the answer', async () => {
		const steps: Step[] = [
			[0, 'Hi'],
			[6.5, 'Late'],
			[8, 'Later'],
			[14.1, 'Last'],
		];
		expect((await answersTo(steps)).join('\n')).toBe('Hi\nLate\nLater\nLast');
	});

	it('is not disturbed by a picture, or by what an operator writes in between', async () => {
		const steps: Step[] = [
			[0, 'Hi'],
			[1, 'a.png', 'picture'],
			[2, 'One moment', 'operator'],
			[3, 'Look'],
			[4, 'b.png', 'picture'],
		];
		expect(await answersTo(steps)).toEqual(['Hi\nLook']);
	});

	it('answers once if n8n starts the executions late and in another order', async () => {
		const delays = [30_000, 100, 12_000];
		const steps: Step[] = [
			[0, 'Hi'],
			[1, 'My order'],
			[3, 'It is 4711'],
			[20, 'Thanks'],
		];
		const answers = await answersTo(steps, { delay: () => delays.shift() ?? 0 });
		expect(answers.sort()).toEqual(['Hi\nMy order\nIt is 4711', 'Thanks']);
	});

	it('answers once if Crisp stores messages late', async () => {
		const steps: Step[] = [
			[0, 'Hi'],
			[3, 'My order'],
			[9, 'It is 4711'],
		];
		expect(await answersTo(steps, { moods: { dispatch: 'delayed', lookup: 'late' } })).toEqual([
			'Hi\nMy order\nIt is 4711',
		]);
	});

	it('answers a message that the list does not show yet', async () => {
		expect(await answersTo([[0, 'Hi']], { shown: () => [] })).toEqual(['Hi']);
	});
});
