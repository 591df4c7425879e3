import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Sandbox } from '../../../sandbox';
import type { Execution } from '../n8nContext';
import { credentialFor, locator, shop } from '../sandboxWorkspace';
import { control, messagesIn } from '../visitor';
import { WaitingExecution } from './execution';

/** The form of a question to the team, whose conversation is in the item; the response type is missing. */
export const teamQuestion: INodeParameters = {
	resource: 'message',
	operation: 'sendAndWait',
	sessionId: locator('={{ $json.session_id }}'),
	wait: 'n8n',
	ask: 'team',
	message: 'Refund 50 EUR?',
	answerBy: 'any',
};

/** With buttons for both decisions. */
export const approval: INodeParameters = {
	responseType: 'approval',
	approvalOptions: { values: { approvalType: 'double' } },
};

/** Questions of "Send and Wait" in n8n's database, and what people answer. */
export class WaitingQuestions {
	constructor(private readonly sandbox: { current: Sandbox }) {}

	/** A new conversation of a visitor. */
	async conversation(text = 'Hello'): Promise<string> {
		return String((await control(this.sandbox.current, 'visitor/message', { text })).session_id);
	}

	/** Asks in each of the conversations. */
	async ask(
		sessions: string[],
		parameters: INodeParameters = {},
		more: Partial<Execution> = {},
		unreachable?: Error,
	): Promise<WaitingExecution> {
		const execution = new WaitingExecution(
			{
				credential: credentialFor(this.sandbox.current),
				parameters: { ...teamQuestion, ...approval, ...parameters },
				items: sessions.map((session_id) => ({ session_id })),
				...more,
			},
			unreachable,
		);
		await execution.begin();
		return execution;
	}

	/** An operator writes a private note; by default the owner of the account. */
	async note(session_id: string, text: string, user?: IDataObject): Promise<void> {
		if (!user)
			return void (await control(this.sandbox.current, 'operator/message', { session_id, text, type: 'note' }));
		await this.crisp('POST', session_id, 'message', {
			type: 'note',
			from: 'operator',
			origin: 'chat',
			content: text,
			user,
		});
	}

	async says(session_id: string, text: string, more: IDataObject = {}): Promise<void> {
		await control(this.sandbox.current, 'visitor/message', { session_id, text, ...more });
	}

	/** Sends a message as an operator, by the API. */
	async send(session_id: string, message: IDataObject): Promise<void> {
		await this.crisp('POST', session_id, 'message', { from: 'operator', origin: 'chat', ...message });
	}

	/** All messages of a conversation. */
	async messages(session_id: string): Promise<IDataObject[]> {
		return await messagesIn(this.sandbox.current, session_id);
	}

	/** The private notes of a conversation, the oldest first. */
	async notes(session_id: string): Promise<IDataObject[]> {
		return (await messagesIn(this.sandbox.current, session_id)).filter(({ type }) => type === 'note');
	}

	/** The text of the latest note of n8n that refers to a wait. */
	async noteText(session_id: string): Promise<string> {
		const notes = (await this.notes(session_id)).map(({ content }) => String(content));
		return notes.filter((text) => text.includes('#crisp-wait.')).at(-1) ?? '';
	}

	/** Changes the text of a message, as an operator can. */
	async edit(session_id: string, fingerprint: unknown, content: unknown): Promise<void> {
		await this.crisp('PATCH', session_id, `message/${String(fingerprint)}`, { content: content as IDataObject });
	}

	private async crisp(method: string, session: string, path: string, body: IDataObject): Promise<void> {
		const { identifier, key, baseUrl } = credentialFor(this.sandbox.current);
		const response = await fetch(`${baseUrl}/v1/website/${shop}/conversation/${session}/${path}`, {
			method,
			headers: {
				'Content-Type': 'application/json',
				'X-Crisp-Tier': 'website',
				Authorization: `Basic ${Buffer.from(`${identifier}:${key}`).toString('base64')}`,
			},
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
	}
}
