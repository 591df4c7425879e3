/** What is logged if n8n could not be told of an answer. */
export const unreachedText = (error?: Error): string =>
	`n8n could not be told that somebody may have answered a question of 'Send and Wait for Response'; the next message in the conversation, or opening the link of the note, tries again. Check that n8n reaches itself at its WEBHOOK_URL (${error?.message ?? 'no answer'}).`;

/** What is logged if there was an answer, but nothing that waits for it. */
export const failedText = (error: Error): string =>
	`Somebody may have answered a question of 'Send and Wait for Response' whose execution n8n has ended, so that nothing continues. Run the workflow again (${error.message.replace(/\.$/, '')}).`;

/** What is logged once n8n can be told again. */
export const reachedText = "n8n can be told of answers to 'Send and Wait for Response' again";
