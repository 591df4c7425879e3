import { NodeOperationError, type IDataObject, type INode, type INodeExecutionData } from 'n8n-workflow';
import { conversationUrl } from '../../shared/events/output';
import { isoTime, named } from '../../shared/events/vocabulary';
import { withoutUnsafeKeys } from '../../shared/security/unsafeKeys';
import type { Answer, Failed, Wait, Waits } from './wait';

/** The items with which the workflow continues: one for each item of the input, in its order. */
export function outputOf(
	node: INode,
	{ waits, failed }: Waits,
	{ answers, now }: { answers: Map<Wait, Answer>; now: number },
): INodeExecutionData[] {
	const done = waits.map((wait): Failed => ({
		item: wait.item,
		json: withoutUnsafeKeys(answerItem(wait, answers.get(wait), now)),
	}));
	return [...done, ...failed]
		.sort((one, other) => one.item - other.item)
		.map(({ item, json, error }) => ({
			json,
			// n8n's error output takes the items that have it.
			...(error !== undefined && { error: new NodeOperationError(node, error, { itemIndex: item }) }),
			pairedItem: { item },
		}));
}

function answerItem(wait: Wait, answer: Answer | undefined, now: number): IDataObject {
	const { website, session } = wait;
	const at = answer?.timestamp ?? now;
	return named({
		answered: answer !== undefined,
		approved: answer?.approved ?? null,
		answered_by: answer?.by ?? null,
		text: answer?.text ?? null,
		choice: answer?.choice?.value ?? null,
		choice_label: answer?.choice?.label ?? null,
		operator_name: answer?.operator_name ?? null,
		file_url: answer?.file_url ?? null,
		from: answer?.from ?? null,
		waited_seconds: Math.max(0, Math.round((at - wait.asked) / 1_000)),
		sent_at: isoTime(answer?.timestamp),
		conversation_url: conversationUrl(website, session),
		session_id: session,
		website_id: website,
		operator_id: answer?.operator_id ?? null,
		fingerprint: answer?.fingerprint ?? null,
		question_fingerprint: wait.question ?? wait.note,
		note_fingerprint: wait.note,
		timestamp: answer?.timestamp ?? null,
		data: dataOf(wait, answer, at),
	});
}

/** As n8n's own nodes have it. What reviews an agent's tool is rejected unless `approved` is true. */
function dataOf({ responseType }: Wait, answer: Answer | undefined, at: number): IDataObject {
	const respondedAt = answer && new Date(at).toISOString();
	if (responseType === 'approval') return { approved: answer?.approved === true, respondedAt };
	if (responseType === 'customForm') return { ...answer?.fields, respondedAt };
	return { text: answer?.text, ...(answer?.choice && { choice: answer.choice.value }), respondedAt };
}
