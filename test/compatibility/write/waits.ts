import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../../../sandbox';
import { credentialFor } from '../../support/sandboxWorkspace';
import { approval, teamQuestion, WaitingQuestions } from '../../support/waiting/questions';
import { Recording } from '../support/exchanges';
import { savedAt } from '../support/place';
import { resetIds } from './fixedIds';
import { resumed, waitingExecution, type SavedWait } from '../support/waits';

interface Case {
	title: string;
	parameters: INodeParameters;
	body: IDataObject;
	/** Answers in Crisp. */
	answer?(questions: WaitingQuestions, session: string): Promise<void>;
}

const cases: Case[] = [
	{
		title: 'an approval, by a private note',
		parameters: { ...teamQuestion, ...approval },
		body: { nudge: true },
		answer: async (questions, session) => await questions.note(session, 'Approve'),
	},
	{ title: 'an approval, by link', parameters: { ...teamQuestion, ...approval }, body: { choice: 'approve' } },
	{
		title: 'a free text, by link',
		parameters: { ...teamQuestion, responseType: 'freeText' },
		body: { text: 'Yes, today' },
	},
	{
		title: 'a reply of the visitor',
		parameters: { ...teamQuestion, ask: 'visitor', responseType: 'reply' },
		body: { nudge: true },
		answer: async (questions, session) => await questions.says(session, 'It is 10482'),
	},
];

async function written({ answer, ...one }: Case): Promise<SavedWait> {
	resetIds();
	// Each message has a time of its own, and an answer is later than its question.
	let time = savedAt;
	const sandbox = await startSandbox({ page: false, clock: () => (time += 10) });
	const recording = new Recording(sandbox.url, Infinity);
	await recording.open();
	try {
		const questions = new WaitingQuestions({ current: sandbox });
		const item = { session_id: await questions.conversation() };
		const execution = waitingExecution({ ...one, item }, credentialFor(sandbox));
		await execution.begin();
		const stored = execution.saved;
		time += 60_000;
		await answer?.(questions, item.session_id);
		const credential = credentialFor(sandbox, 'website', { baseUrl: recording.url });
		const output = await resumed({ ...one, item, stored }, credential);
		if (Object.keys(output).length === 0) throw new Error(`${one.title} does not resume the execution`);
		return { ...one, item, stored, output, exchanges: recording.exchanges };
	} finally {
		await recording.close();
		await sandbox.close();
	}
}

export async function writtenWaits(): Promise<SavedWait[]> {
	const all: SavedWait[] = [];
	for (const one of cases) all.push(await written(one));
	return all;
}
