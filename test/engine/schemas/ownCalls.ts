import type { IBinaryKeyData, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Sandbox } from '../../../sandbox';
import { HurriedTime } from '../../support/hurriedTime';
import { execute } from '../../support/n8nContext';
import { conversation, credentialFor, locator, operator } from '../../support/sandboxWorkspace';
import { control } from '../../support/visitor';
import { WaitingQuestions } from '../../support/waiting/questions';

/** A call that is more than a form: it needs a file, or somebody who answers. */
export interface OwnCall {
	/** `resource/operation`. */
	name: string;
	title: string;
	/** Makes the call in a new sandbox. Returns the items with which the workflow goes on. */
	run(sandbox: Sandbox): Promise<INodeExecutionData[]>;
}

const sessionId = locator(conversation);
const file: IBinaryKeyData = {
	data: { data: Buffer.from('Mint, Oolong').toString('base64'), mimeType: 'text/plain', fileName: 'teas.txt' },
};
const sendsFile = {
	...{ resource: 'message', operation: 'sendFile', sessionId },
	...{ source: 'binary', binaryPropertyName: 'data' },
};
const downloads = {
	...{ resource: 'message', operation: 'downloadFile', source: 'message', outputPropertyName: 'tea' },
	...{ sessionId: locator('={{ $json.session_id }}'), fingerprint: '={{ $json.fingerprint }}' },
};
const asks = {
	...{ resource: 'message', operation: 'sendAndWait', sessionId, wait: 'execution', type: 'text' },
	...{ content: 'Which label?', replyFrom: 'user', waitMinutes: 5 },
};

/** All that are made by hand, by operation. */
export const ownCalls: OwnCall[] = [
	{ name: 'message/sendFile', title: 'of a binary field', run: sendFile },
	{ name: 'message/downloadFile', title: 'of a message', run: downloadFile },
	{ name: 'message/sendAndWait', title: 'answered by an operator in a note', run: answeredByTeam },
	{ name: 'message/sendAndWait', title: 'answered by the visitor with a file', run: answeredWithFile },
];

async function sendFile(sandbox: Sandbox): Promise<INodeExecutionData[]> {
	return await execute({ credential: credentialFor(sandbox, 'plugin'), parameters: sendsFile, binary: [file] });
}

/** The file is beside the JSON, which describes it. */
async function downloadFile(sandbox: Sandbox): Promise<INodeExecutionData[]> {
	const [sent] = await sendFile(sandbox);
	const items = await execute({
		credential: credentialFor(sandbox, 'plugin'),
		parameters: downloads as INodeParameters,
		items: [sent?.json ?? {}],
	});
	expect(items.map(({ binary }) => binary?.tea?.data)).toEqual([file.data?.data]);
	return items;
}

/** The wait is in n8n's database: the items are those of the execution that was resumed. */
async function answeredByTeam(sandbox: Sandbox): Promise<INodeExecutionData[]> {
	const questions = new WaitingQuestions({ current: sandbox });
	const execution = await questions.ask([conversation]);
	await questions.note(conversation, 'Approve', { type: 'website', nickname: 'Pim', user_id: operator });
	return (await execution.nudge()).items ?? [];
}

async function answeredWithFile(sandbox: Sandbox): Promise<INodeExecutionData[]> {
	const content = { name: 'label.png', type: 'image/png', url: 'https://files.example/label.png' };
	const answer = { session_id: conversation, type: 'file', content };
	new HurriedTime().after(3_000, async () => await control(sandbox, 'visitor/message', answer));
	return await execute({ credential: credentialFor(sandbox, 'plugin'), parameters: asks as INodeParameters });
}
