import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver } from '../../../nodes/CrispTrigger/receiver';
import type { Settings } from '../../../nodes/CrispTrigger/settings';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../fakeClock';
import { openFilter } from '../fixtures/openFilter';
import { ManyWebsites } from './crisp';

const second = 1_000;
const day = 86_400_000;

const credential = { tier: 'plugin' as const, identifier: 'i', key: 'sandbox-k', baseUrl: 'https://x' };

interface Done {
	resolve(run: object): void;
}

export interface Publishing {
	name?: string;
	events?: string[];
	websites?: string[];
	batch?: Settings['batch'];
	/** What n8n saved before it was killed; then the workflow goes on. */
	memory?: IDataObject;
}

/** Workflows of one token with many websites, in a time that passes when a test says so. */
export class Stage {
	readonly clock = new FakeClock();

	readonly crisp: ManyWebsites;

	readonly warnings: string[] = [];

	/** The deduplication keys that n8n has in its database. */
	private readonly keys = new Set<string>();

	private readonly receivers: EventReceiver[] = [];

	constructor(count: number) {
		this.crisp = new ManyWebsites(count, () => this.clock.now());
	}

	async publish({ name = 'w', events = ['message:send'], websites = [], batch, memory }: Publishing = {}) {
		const { clock, crisp, keys } = this;
		const delivered: unknown[] = [];
		const isResumed = memory !== undefined;
		const remembered = memory ?? {};
		/** n8n saves the memory with each execution. */
		let saved: IDataObject = {};
		const context = {
			getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
			getWorkflow: () => ({ id: name }),
			getInstanceId: () => 'instance',
			getMode: () => 'trigger',
			getWorkflowStaticData: () => remembered,
			logger: { warn: (text: string) => this.warnings.push(text), error: (text: string) => this.warnings.push(text) },
			emit: ([items]: Array<Array<{ json: IDataObject }>>, _: undefined, done?: Done, key?: string) => {
				if (key !== undefined && keys.has(key)) return done?.resolve({});
				if (key !== undefined) keys.add(key);
				saved = structuredClone(remembered);
				delivered.push(...(items ?? []).map(({ json }) => json.text ?? json.people_id));
				done?.resolve({});
			},
		} as unknown as ITriggerFunctions;
		const settings: Settings = {
			events,
			websites,
			lookBack: day,
			batch: batch ?? { size: 1, wait: 0 },
			isSample: false,
			filter: { ...openFilter, websites },
		};
		const open = async () =>
			await Promise.resolve({ credential, send: async (one: CrispRequest) => await crisp.send(one) });
		const account = { address: credential.baseUrl, token: credential.identifier };
		const receiver = new EventReceiver(context, { settings, clock, open, account, isResumed, isManual: false });
		this.receivers.push(receiver);
		receiver.connected();
		await clock.advance(second);
		return { receiver, delivered, memory: remembered, saved: () => saved };
	}

	/** A visitor writes while there is a connection, some milliseconds from now. */
	writeLive(website: string, later = 0): void {
		const payload = this.crisp.write(website, later) as IDataObject;
		for (const receiver of this.receivers) receiver.receive('message:send', payload);
	}

	/** The connection is lost for some time, in which this happens. Returns when it was back. */
	async gap(meanwhile: () => void = () => undefined): Promise<number> {
		for (const receiver of this.receivers) receiver.disconnected();
		await this.clock.advance(10 * second);
		meanwhile();
		await this.clock.advance(10 * second);
		const back = this.clock.now();
		for (const receiver of this.receivers) receiver.connected();
		await settled();
		return back;
	}

	async end(): Promise<void> {
		for (const receiver of this.receivers.splice(0)) {
			const closing = receiver.close();
			await this.clock.advance(3 * second);
			await closing;
		}
	}
}
