import type { Client } from '../../shared/api/client';
import type { Waiting } from '../waiting/ask';
import type { Files } from '../files/binaryFiles';
import type { OutputItem } from '../operations/operation';
import type { Reading } from '../request/buildRequest';
import type { MessageSender } from '../sending/sendOnce';

/** One item that was read and validated and is ready to be sent. */
export interface Task {
	/** Tasks of one lane change the same resource, so that their order must be kept. */
	lane: string | undefined;
	run(): Promise<OutputItem[]>;
}

/** What is needed to create a task. */
export interface Item {
	key: string;
	reading: Reading;
	client: Client;
	sender: MessageSender;
	files: Files;
	identity(content: unknown): Array<string | number>;
	/** Values shared by the items of this run of the node. */
	shared: Map<string, unknown>;
	/** Marks the messages that this n8n sends; see `ownKeyOf`. */
	ownKey: string;
	input: OutputItem;
	/** See `Composing.waiting`. */
	waiting?: Waiting;
}
