import type { IDataObject, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { activateTrigger } from '../../../../nodes/CrispTrigger/activate';
import { isPartial } from '../../../../nodes/shared/api/list';
import type { Credential } from '../../../../nodes/shared/api/transport';
import type { ActivationMode } from '../../../../nodes/shared/n8n/context';
import type { Channel, ChannelListener } from '../../../../nodes/shared/realtime/socket';
import { ModelCrisp, plainMoods, type ReadingMoods } from '../../../property/modelCrisp';
import { FakeClock } from '../../../support/fakeClock';

/** What the realtime endpoint does: works, refuses connections, refuses the token, or accepts and stays silent. */
export type Endpoint = 'works' | 'refuses' | 'unauthorized' | 'silent';

export interface Beginning {
	workflow?: string;
	events?: string[];
	websites?: string[];
	options?: IDataObject;
	activation?: ActivationMode;
	hasWebSocket?: boolean;
	/** The static data that n8n has saved. */
	memory?: IDataObject;
	/** Whether n8n never finishes what the workflow does. */
	isSlow?: boolean;
	/** Whether n8n's rules block the realtime channel. */
	isBlocked?: boolean;
	/** What its credential has now; throws if it was deleted. */
	credential?: () => Partial<Credential>;
}

/** What a connection asks for when it authenticates. */
export interface Claims {
	password: string;
	events: string[];
	rooms?: string[];
}

interface Asked {
	method: string;
	url: string;
	qs?: IDataObject;
}

const origin = 'https://api.crisp.chat';

/** Triggers, a model of Crisp's REST API and a realtime endpoint, in a time that passes only when the test says so. */
export class TriggersInTime {
	readonly clock = new FakeClock();

	readonly crisp: ModelCrisp;

	endpoint: Endpoint = 'works';

	/** What each request to the REST API fails with, if with anything. */
	restFault?: { code: string } | { status: number; reason: string };

	/** What a request to the REST API fails with, by its path and the key that it is sent with. */
	refusalOf?: (path: string, key: string) => { status: number; reason: string } | undefined;

	/** Whether the realtime endpoint accepts an authentication, while it works. */
	accepts: (claims: Claims) => boolean = () => true;

	/** How long each answer of the REST API takes, in milliseconds. */
	restDelay = 0;

	/** Called with each request of a trigger to n8n itself. */
	onRequestToN8n?: (request: { url: string }) => void;

	/** How often a connection was opened. */
	attempts = 0;

	/** The requests that were sent, as method and path, and when. */
	readonly requests: Array<{ at: number; path: string }> = [];

	private readonly channels = new Set<ChannelListener & { isReady: boolean }>();

	private count = 0;

	constructor(moods: Partial<ReadingMoods> = {}) {
		this.crisp = new ModelCrisp(this.clock, { ...plainMoods, ...moods });
		this.crisp.listener = (name, payload) => {
			for (const channel of this.channels) if (channel.isReady) channel.onEvent(name, payload);
		};
	}

	/** How many connections are authenticated. */
	get connections(): number {
		return [...this.channels].filter(({ isReady }) => isReady).length;
	}

	/** How many requests were sent since a time, to paths that match. */
	requestsSince(time: number, match = /./): number {
		return this.requests.filter(({ at, path }) => at >= time && match.test(path)).length;
	}

	/** Ends all connections, as a broken network does; the endpoint then behaves as given. */
	kill(endpoint: Endpoint = this.endpoint): void {
		this.endpoint = endpoint;
		for (const channel of [...this.channels]) {
			this.channels.delete(channel);
			channel.onClose('transport close');
		}
	}

	/** Begins a trigger; time passes only if `during` lets it. */
	begin(beginning: Beginning = {}) {
		const { workflow = `w${++this.count}`, activation = 'init', hasWebSocket = true, memory = {} } = beginning;
		const delivered: IDataObject[] = [];
		const lines: string[] = [];
		const failures: Error[] = [];
		const context = this.contextOf({ ...beginning, workflow, activation, memory }, { delivered, lines, failures });
		const activating = activateTrigger(context, {
			clock: this.clock,
			openChannel: (_, listener) => this.open(listener),
			isWebSocketAvailable: hasWebSocket,
		});
		return { activating, delivered, lines, failures, memory };
	}

	/** The same, once n8n has started it; time passes as long as it takes. */
	async activate(beginning: Beginning = {}) {
		const begun = this.begin(beginning);
		const response = await this.during(begun.activating);
		return { ...begun, response, close: async () => await this.during(end(response)) };
	}

	/** Lets time pass until a promise is settled. */
	async during<Result>(promise: Promise<Result>): Promise<Result> {
		let isSettled = false;
		promise.then(
			() => (isSettled = true),
			() => (isSettled = true),
		);
		await this.clock.advance(0);
		for (let step = 0; !isSettled; step++) {
			if (step > 100_000) throw new Error('Nothing happened for a long time');
			await this.clock.advance(100);
		}
		return await promise;
	}

	private open(listener: ChannelListener): Channel {
		this.attempts += 1;
		const channel = { ...listener, isReady: false };
		const end = (reason: string) => {
			if (this.channels.delete(channel)) listener.onClose(reason);
		};
		this.channels.add(channel);
		const { endpoint } = this;
		void Promise.resolve().then(() => {
			if (!this.channels.has(channel)) return;
			if (endpoint === 'refuses') end('websocket error');
			else listener.onOpen();
		});
		return {
			emit: (event, data) => {
				if (event !== 'authentication' || endpoint === 'silent') return;
				channel.isReady = endpoint === 'works' && this.accepts(data as Claims);
				listener.onEvent(channel.isReady ? 'authenticated' : 'unauthorized', {});
			},
			close: () => end('closed'),
		};
	}

	private contextOf(
		beginning: Beginning & { workflow: string; activation: ActivationMode; memory: IDataObject },
		{ delivered, lines, failures }: { delivered: IDataObject[]; lines: string[]; failures: Error[] },
	): ITriggerFunctions {
		const { workflow, events = ['message:send'], websites = ['w'], options = {}, activation, memory } = beginning;
		const parameters: IDataObject = { events, filters: {}, options, websiteIds: websites, useSampleEvent: false };
		const log = (text: string) => void lines.push(text.replace('[n8n-nodes-crisp] Crisp Trigger: ', ''));
		const credential = { tier: 'website', identifier: 'i', key: 'k', baseUrl: origin, websiteId: 'w' };
		const ok = { validateUrl: () => ({ ok: !beginning.isBlocked, error: new Error('blocked') }) };
		return {
			getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
			getWorkflow: () => ({ id: workflow }),
			getInstanceId: () => 'instance',
			getMode: () => (activation === 'manual' ? 'manual' : 'trigger'),
			getActivationMode: () => activation,
			getWorkflowStaticData: () => memory,
			getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
			getCredentials: async () => await Promise.resolve().then(() => ({ ...credential, ...beginning.credential?.() })),
			logger: { warn: log, error: log, debug() {} },
			saveFailedExecution: (error: Error) => failures.push(error),
			helpers: {
				getSecureEgressFilter: () => ok,
				httpRequest: async (request: { url: string }) => {
					this.onRequestToN8n?.(request);
					return await Promise.resolve({ statusCode: 200, body: { waiting: true } });
				},
				httpRequestWithAuthentication: async (
					_: string,
					request: Asked,
					{ credentialsDecrypted: { data } }: { credentialsDecrypted: { data: Credential } },
				) => await this.answer(request, data.key),
			},
			emit([items]: Array<Array<{ json: IDataObject }>>, _: undefined, done?: { resolve(run: object): void }) {
				delivered.push(...(items ?? []).map(({ json }) => json));
				if (!beginning.isSlow) done?.resolve({});
			},
		} as unknown as ITriggerFunctions;
	}

	private async answer({ method, url, qs }: Asked, key: string) {
		const path = url.slice(origin.length);
		this.requests.push({ at: this.clock.now(), path });
		if (this.restDelay > 0) await this.clock.sleep(this.restDelay);
		const fault = this.restFault ?? this.refusalOf?.(path, key);
		if (fault && 'code' in fault) throw Object.assign(new Error(fault.code), fault);
		if (fault) {
			return { statusCode: fault.status, headers: {}, body: { error: true, reason: fault.reason, data: {} } };
		}
		const data = path.endsWith('/connect/endpoints')
			? { socket: { app: 'wss://client.relay.crisp.chat/socket/' } }
			: await this.crisp.send({ method: method as 'GET', path, query: qs });
		return { statusCode: isPartial(data) ? 206 : 200, headers: {}, body: { error: false, reason: 'ok', data } };
	}
}

async function end({ closeFunction }: ITriggerResponse): Promise<void> {
	await closeFunction?.();
}
