import type { IWebhookFunctions } from 'n8n-workflow';
import { fillPath, parseRoute } from '../shared/api/route';
import { openTransport, type Credential } from '../shared/api/transport';
import { ownKeyOf } from '../shared/events/fingerprint';
import type { StateLog } from '../shared/n8n/log';
import type { Clock } from '../shared/runtime/clock';
import { failedText, reachedText, unreachedText } from '../shared/waits/texts';
import { WaitWatch } from '../shared/waits/watch';

const route = parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/messages');

/** The waits that a webhook trigger knows, in this process: n8n gives webhooks no memory that it saves. */
export class WebhookWaits {
	private latest?: { context: IWebhookFunctions; credential: Credential };

	private readonly watch: WaitWatch;

	constructor(log: StateLog, clock: Clock) {
		this.watch = new WaitWatch({
			clock,
			signal: new AbortController().signal,
			ownKey: () => this.latest && ownKeyOf(this.latest.credential, this.latest.context.getInstanceId()),
			read: async ({ website, session }) => {
				if (!this.latest) return [];
				const { context, credential } = this.latest;
				const send = openTransport(context, credential, { clock, isPatient: false });
				return await send({ method: 'GET', path: fillPath(route, { website_id: website, session_id: session }) });
			},
			send: async (options) => (await this.latest?.context.helpers.httpRequest(options)) as unknown,
			onTrouble: (error) => log.begin('waits', unreachedText(error), error),
			onFailed: (error) => log.tell('waits:failed', failedText(error)),
			onSuccess: () => log.end('waits', reachedText),
		});
	}

	/** The watch, which sends its requests with the context of this request. */
	with(context: IWebhookFunctions, credential: Credential): WaitWatch {
		this.latest = { context, credential };
		return this.watch;
	}
}
