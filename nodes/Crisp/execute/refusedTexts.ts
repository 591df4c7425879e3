import { NodeApiError } from 'n8n-workflow';

export interface EmptyTexts {
	/** What was sent as an empty text, as `emptyTextsIn` names it. */
	labels: string[];
	/** The label of the collection that holds optional fields, such as "Update Fields". */
	collection: string;
}

/**
 * Runs what sends requests. If Crisp refuses one as `invalid_data` (400) and there are empty texts, the error names them,
 * as they are the likely reason; Crisp's own text rarely names a field by its label. Other errors pass unchanged.
 */
export async function explainingRefusals<Result>(
	{ labels, collection }: EmptyTexts,
	run: () => Promise<Result>,
): Promise<Result> {
	if (labels.length === 0) return await run();
	return await run().catch(async (error: Error) => {
		if (isInvalidData(error) && !explained.has(error)) explain(error, labels.join(', '), collection);
		return await Promise.reject(error);
	});
}

/** Items may share an error, which is explained once. */
const explained = new WeakSet<Error>();

function explain(error: NodeApiError, labels: string, collection: string): void {
	explained.add(error);
	error.message = error.message.replace(/\.$/, '');
	error.message += `. Sent as empty text: ${labels}`;
	const advice = `Crisp probably does not accept an empty text in ${labels}: remove it from '${collection}', leave it as it is for items without a value with an expression such as {{ $json.phone || null }}, or switch off 'Clear Empty Fields'.`;
	error.description = `${advice} ${error.description ?? ''}`.trim();
}

/** Crisp's reason begins the brackets of the message, see `refusalError`. */
function isInvalidData(error: unknown): error is NodeApiError {
	return error instanceof NodeApiError && error.httpCode === '400' && error.message.includes('(invalid_data');
}
