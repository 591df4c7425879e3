import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, IRun, IWorkflowExecuteAdditionalData, ITriggerResponse } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import type { Clock } from '../../../nodes/shared/runtime/clock';
import { testClock } from '../../support/testClock';
import type { Credential } from '../../../nodes/shared/api/transport';
import { callWebhook, execute, triggerContext, type Impatience, type Take } from '../../support/n8nContext';
import { locator } from '../../support/sandboxWorkspace';
import type { Evidence } from '../evidence';
import { numberOf, Tally, textOf } from './tally';

/**
 * Request timeouts in milliseconds. A short one during faults saves time, as nothing is lost by giving up on a dead
 * connection early.
 */
const patience = { inTrouble: 3_000, inCalm: 30_000 };
/** As with n8n's Retry On Fail, but with shorter pauses; attempts during faults do not count. */
const retries = { most: 5, wait: 1_000 };

export interface Options {
	credential: Credential;
	evidence: Evidence;
	messages: number;
	/** Whether a message is to be answered. */
	isAnswered(number: number): boolean;
}

/**
 * A minimal n8n: two triggers, whose events start executions, one of which sends replies; n8n's saved data, and the
 * faults of n8n itself.
 */
export class N8n {
	readonly heard: Tally;

	readonly hooked: Tally;

	/** Actions that failed after all retries. */
	readonly failed: string[] = [];

	/** The error of n8n's clock, in milliseconds. */
	skew = 0;

	/** How many executions in a row n8n cannot store. */
	overload = 0;

	private readonly givesUp: Impatience = { match: /./, after: patience.inTrouble };

	private isCalm = false;

	/** Faults of webhook deliveries, in order; the last attempt of a delivery is never affected. */
	readonly hookTroubles: Array<'cut before' | 'cut after' | 'failed' | 'slow'> = [];

	/** The deduplication keys of the executions so far. */
	private readonly keys = new Set<string>();

	private saved: IDataObject = {};

	private trigger?: ITriggerResponse;

	private generation = 0;

	private readonly underWay = new Set<Promise<void>>();

	private server?: Server;

	private readonly clock: Clock = {
		...testClock,
		now: () => Date.now() + this.skew,
		alarm: (milliseconds, ring) => testClock.alarm(milliseconds, ring),
	};

	constructor(private readonly options: Options) {
		this.heard = new Tally(options.messages);
		this.hooked = new Tally(options.messages);
	}

	async start(activation: 'activate' | 'init'): Promise<void> {
		const { credential, evidence } = this.options;
		const { givesUp } = this;
		const generation = ++this.generation;
		const options = { startsPerMinute: 0 };
		const parameters = { events: ['message:send'], filters: {}, options, websiteIds: [], useSampleEvent: false };
		let memory: IDataObject = {};
		const take: Take = (items, done, key) => {
			// A killed n8n writes nothing more to the database.
			if (generation !== this.generation) return;
			this.saved = copyOf(evidence.look('static data', memory));
			if (this.overload > 0) {
				this.overload -= 1;
				done?.reject(new Error('The database is locked'));
				return;
			}
			this.run(evidence.look('output item', items), key);
			done?.resolve({} as IRun);
		};
		const { context } = triggerContext({ credential, parameters, activation, take, givesUp });
		memory = context.getWorkflowStaticData('node');
		Object.assign(memory, copyOf(this.saved));
		this.trigger = await activateTrigger(context, { clock: this.clock });
	}

	/** Stops n8n, or kills it, which loses what was not yet saved. */
	async stop(isKilled: boolean): Promise<void> {
		const { trigger } = this;
		this.trigger = undefined;
		if (isKilled) this.generation += 1;
		await trigger?.closeFunction?.();
	}

	/** Ends all faults, and restores normal timeouts. */
	calm(): void {
		this.isCalm = true;
		this.overload = 0;
		this.skew = 0;
		this.givesUp.after = patience.inCalm;
	}

	/** The deadline of a request for which the nodes would wait `asked` milliseconds. */
	longest(asked: number): number {
		return this.isCalm ? asked : patience.inTrouble + 1_000;
	}

	/** Replies that are not sent yet. */
	get underWayCount(): number {
		return this.underWay.size;
	}

	/** Serves the webhook trigger; returns its URL. */
	async serve(): Promise<string> {
		const app = express();
		app.use(express.raw({ type: () => true }), async (httpRequest, httpResponse) => {
			const isLast =
				httpRequest.headers['x-delivery-attempt-count'] === httpRequest.headers['x-delivery-attempt-limit'];
			const trouble = isLast ? undefined : this.hookTroubles.shift();
			if (trouble === 'cut before') return httpRequest.socket.resetAndDestroy();
			if (trouble === 'failed') return httpResponse.status(503).end();
			if (trouble === 'slow') await delay(500);
			const { credential, evidence } = this.options;
			Object.assign(httpRequest, { rawBody: httpRequest.body as Buffer });
			const parameters = { hook: 'plugin', events: ['message:send'], filters: {}, websiteIds: [] };
			const http = { httpRequest, httpResponse } as Pick<
				IWorkflowExecuteAdditionalData,
				'httpRequest' | 'httpResponse'
			>;
			const made = await callWebhook({ credential, parameters, ...http });
			for (const { json } of made.workflowData?.flat() ?? []) {
				this.hooked.note(evidence.look('output item', json).text);
			}
			if (trouble === 'cut after') httpRequest.socket.resetAndDestroy();
			// n8n ends the response also if its connection is closed.
			if (!made.noWebhookResponse) httpResponse.status(200).end();
		});
		this.server = createServer(app);
		await new Promise<void>((resolve) => void this.server?.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
	}

	/** Resolves when all work is done and everything is closed. */
	async close(): Promise<void> {
		await this.stop(false);
		await this.idle();
		this.server?.closeAllConnections();
		await new Promise((resolve) => this.server?.close(resolve));
	}

	async idle(): Promise<void> {
		while (this.underWay.size > 0) await Promise.all(this.underWay);
	}

	private run(items: IDataObject[], key?: string): void {
		if (key !== undefined && this.keys.has(key)) return;
		if (key !== undefined) this.keys.add(key);
		for (const { text, session_id } of items) {
			this.heard.note(text);
			const number = numberOf(text);
			if (!this.options.isAnswered(number) || this.heard.of(number) > 1) continue;
			const answering = this.answer(number, String(session_id)).finally(() => this.underWay.delete(answering));
			this.underWay.add(answering);
		}
	}

	private async answer(number: number, session: string): Promise<void> {
		const { credential, evidence } = this.options;
		const { givesUp } = this;
		const content = `re: ${textOf(number)}`;
		const parameters = { resource: 'message', operation: 'send', sessionId: locator(session), type: 'text', content };
		for (let tries = 0; ;) {
			try {
				const executionId = `answer-${number}`;
				const output = await execute({ credential, parameters, executionId, givesUp });
				const [item] = evidence.look('output item', output);
				if (output.length !== 1 || item?.json.session_id !== session)
					throw new Error('The output does not belong to the item');
				return;
			} catch (error) {
				evidence.look('error', error);
				if (this.isCalm) tries += 1;
				if (tries >= retries.most) {
					this.failed.push(`${content}: ${(error as Error).message}`);
					return;
				}
				await delay(retries.wait);
			}
		}
	}
}

/** A deep copy as JSON, the form in which n8n saves static data. */
const copyOf = (data: IDataObject) => JSON.parse(JSON.stringify(data)) as IDataObject;
