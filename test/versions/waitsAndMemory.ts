import { LanguageModel } from '../e2e/support/languageModel';
import { byId, chainOf, plainNode } from '../e2e/support/stack';
import { until } from '../e2e/support/until';
import { SHOP_ID } from '../../sandbox/state/seed';
import type { Workflow } from '../../scripts/host/n8nClient';
import { nodeOf, PATIENCE_MS, type Trial } from './stage';

/** Runs a workflow by hand, and returns the execution's ID. */
async function run({ client }: Trial, workflow: Workflow): Promise<string> {
	const saved = await client().createWorkflow({ ...workflow, active: false } as Workflow);
	return await client().run(saved.id, 'Start', saved);
}

async function statusIs({ client }: Trial, id: string, wanted: string): Promise<void> {
	// In n8n 2.16, the execution itself cannot be read before it has run.
	const ask = async () => (await client().latestExecutions()).find((one) => one.id === id)?.status;
	const isDecided = (status = '') => status === wanted || ['error', 'crashed', 'canceled'].includes(status);
	const status = await until(`the execution to be "${wanted}"`, ask, isDecided, PATIENCE_MS);
	if (status === wanted) return;
	const { data } = await client().execution(id);
	throw new Error(`The execution has the status "${status}": ${data.resultData.error?.message}`);
}

/**
 * Asks the team with a private note, restarts n8n, and answers in Crisp: the wait has to be in n8n's database, and a
 * published trigger has to tell it of the answer.
 */
export async function waitsOverRestart(trial: Trial): Promise<void> {
	const { client, sandbox } = trial;
	const { session_id } = await sandbox.visitorWrites('May I have my money back?', { nickname: 'Wanda' });
	const ask = nodeOf(trial, 'crisp', 'Ask', {
		...{ resource: 'message', operation: 'sendAndWait', wait: 'n8n', message: 'Refund 50 EUR?' },
		sessionId: byId(session_id),
		approvalOptions: { values: { approvalType: 'double' } },
	});
	const start = plainNode('n8n-nodes-base.manualTrigger', 1, 'Start');
	const id = await run(trial, chainOf('Ask the team', [start, ask]));
	await statusIs(trial, id, 'waiting');
	await trial.restart(async () => await Promise.resolve());
	await sandbox.operatorWrites('Decline', { session_id, type: 'note' });
	await statusIs(trial, id, 'success');
	const { data } = await client().execution(id);
	const [item] = data.resultData.runData.Ask?.at(-1)?.data?.main[0] ?? [];
	const { answered, approved, answered_by } = item?.json ?? {};
	const answer = JSON.stringify({ answered, approved, answered_by });
	if (answer !== '{"answered":true,"approved":false,"answered_by":"reply"}') throw new Error(`The answer is ${answer}`);
}

/** An agent with Crisp Memory has to be told what was said in the conversation before. */
export async function remembersConversation(trial: Trial): Promise<void> {
	const { client, sandbox } = trial;
	const { session_id } = await sandbox.visitorWrites('My order 7 has not come.', { nickname: 'Mina' });
	const model = new LanguageModel(() => ({ says: 'On Monday.' }));
	await model.start();
	try {
		const data = { apiKey: 'none', url: model.url };
		const credentialId = await client().saveCredential({ name: 'Scripted', type: 'openAiApi', data });
		const id = await run(trial, withAgent(trial, session_id, credentialId));
		await statusIs(trial, id, 'success');
		const told = JSON.stringify(model.requests.at(-1)?.messages ?? []);
		for (const text of ['My order 7 has not come.', 'When does it come?']) {
			if (!told.includes(text)) throw new Error(`The model was not told "${text}", but ${told}`);
		}
	} finally {
		await model.stop();
	}
}

function withAgent(trial: Trial, sessionId: string, credentialId: string): Workflow {
	const start = plainNode('n8n-nodes-base.manualTrigger', 1, 'Start');
	const agent = plainNode('@n8n/n8n-nodes-langchain.agent', 2, 'Agent', {
		...{ promptType: 'define', text: 'When does it come?', options: {} },
	});
	const chat = {
		...plainNode('@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, 'Model', { model: byId('scripted'), options: {} }),
		credentials: { openAiApi: { id: credentialId, name: 'Scripted' } },
	};
	const memory = nodeOf(trial, 'crispMemory', 'Memory', { websiteId: byId(SHOP_ID), sessionId: byId(sessionId) });
	const chain = chainOf('Agent with memory', [start, agent]);
	const connections = {
		...chain.connections,
		Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
		Memory: { ai_memory: [[{ node: 'Agent', type: 'ai_memory', index: 0 }]] },
	};
	return { ...chain, nodes: [...chain.nodes, chat, memory], connections };
}
