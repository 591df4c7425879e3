const most = 10_000;

const answers = new Map<string, unknown>();

/**
 * Remembers, in this process, what Crisp answered to a message, so that a repeated run of the same
 * item (n8n's Retry On Fail repeats all items of a node) gives the answer and sends nothing again.
 */
export async function sendOnce(path: string, fingerprint: number, send: () => Promise<unknown>): Promise<unknown> {
	const key = `${path}#${fingerprint}`;
	if (answers.has(key)) return answers.get(key);
	const answer = await send();
	answers.set(key, answer);
	const oldest = answers.keys().next();
	if (answers.size > most && !oldest.done) answers.delete(oldest.value);
	return answer;
}
