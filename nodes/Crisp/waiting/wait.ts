import type { IDataObject, IWebhookDescription } from 'n8n-workflow';

/** What "Message - Send and Wait" keeps in n8n's database while it waits, and what its form can ask for. */

export type Asked = 'team' | 'visitor';

export type ResponseType = 'approval' | 'freeText' | 'customForm' | 'choice' | 'reply';

/** One of the answers that can be chosen. */
export interface Option {
	value: string;
	label: string;
}

/** A field of a custom form. */
export interface FormEntry {
	label: string;
	type: string;
	/** What can be chosen, for a dropdown. */
	options: string[];
	required: boolean;
}

/** What is asked, and who may answer how. */
export interface Question {
	ask: Asked;
	responseType: ResponseType;
	message: string;
	/** The answers of an approval or a choice; empty for other types. The first of an approval approves. */
	options: Option[];
	/** The fields of a custom form; empty for other types. */
	entries: FormEntry[];
	/** The IDs of the operators who may answer; empty for all. */
	operators: string[];
	/** Whether the page behind the link takes an answer. It proves possession of the link only, not who answers. */
	hasLink: boolean;
}

/** One question that was asked, for one item of the input. */
export interface Wait extends Question {
	/** The index of the item. */
	item: number;
	/** Names the wait in the address of the execution. */
	key: string;
	website: string;
	session: string;
	/** The signed address of n8n, without hash. */
	url: string;
	/** A short word by which a reply names this question, such as `K7QH`. */
	code: string;
	/** The fingerprint of the private note that refers to the execution. */
	note: number;
	/** The fingerprint of the question in the chat, if the visitor is asked. */
	question?: number;
	/** When it was asked, by this n8n, in milliseconds since 1970. */
	asked: number;
	/** When the wait ends, in milliseconds since 1970; 0 if it has no end. */
	until: number;
}

/** An item that asked nothing, because it failed: its output. */
export interface Failed {
	item: number;
	json: IDataObject;
	/** The message of its error. */
	error?: string;
}

/** What is kept for one run of the node. */
export interface Waits {
	waits: Wait[];
	failed: Failed[];
}

/** An answer, as read from Crisp. */
export interface Answer {
	by: 'link' | 'reply';
	/** For an approval. */
	approved?: boolean;
	text?: string;
	choice?: Option;
	/** The values of a custom form, by label. */
	fields?: IDataObject;
	file_url?: string;
	from?: string;
	operator_name?: string;
	operator_id?: string;
	fingerprint?: number;
	/** When it was given, in milliseconds since 1970; undefined if Crisp does not tell. */
	timestamp?: number;
}

/** The webhooks at which n8n resumes an execution, as n8n's own nodes have them. */
export const resumeWebhooks: IWebhookDescription[] = (['GET', 'POST'] as const).map((httpMethod) => ({
	name: 'default',
	httpMethod,
	responseMode: 'onReceived',
	responseData: '',
	path: '={{ $nodeId }}',
	restartWebhook: true,
	isFullPath: true,
}));

/** The name of `Waits` in what n8n stores with the execution. */
export const memoryName = 'crispWaits';

/** The parameter of the address that names the wait. */
export const keyParameter = 'wait';

/** Until when a wait is over in the eyes of the node: n8n's own end comes later, so that a nudge can come before it. */
export const grace = 60_000;
