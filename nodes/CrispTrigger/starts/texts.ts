/** Logged when events wait, because their conversation has started the workflow `most` times within a minute. */
export function keptText(most: number): string {
	return `Events of a conversation came faster than 'Starts per Conversation and Minute' (${most}) allows. They wait, and start the workflow later, in their order.`;
}

/** Logged when events are lost that Crisp does not store. */
export function droppedText(name: string): string {
	return `Too many events of a conversation wait for 'Starts per Conversation and Minute'. Crisp does not store ${name}, so the oldest of them were left out.`;
}
