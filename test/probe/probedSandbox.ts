import { startSandbox, type MoodValues, type Sandbox } from '../../sandbox';
import { SHOP_ID } from '../../sandbox/state/seed';
import { runProbe, type ProbeOptions, type ProbeResult } from '../../scripts/probe/run';
import { ManualTime } from '../sandbox/time';

/** A sandbox, and the probe that looks at it, in time that passes only while the probe waits. */
export class ProbedSandbox {
	/** What the probe told the user. */
	readonly told: string[] = [];

	readonly interruption = new AbortController();

	private constructor(
		readonly sandbox: Sandbox,
		readonly time: ManualTime,
	) {}

	static async open(moods: Partial<MoodValues> = {}): Promise<ProbedSandbox> {
		const time = new ManualTime();
		const { clock, schedule } = time;
		const sandbox = await startSandbox({ page: false, clock, schedule, moods });
		return new ProbedSandbox(sandbox, time);
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}

	async probe(more: Partial<ProbeOptions> = {}): Promise<ProbeResult> {
		return await runProbe({
			url: `${this.sandbox.url}/v1`,
			tier: 'plugin',
			websiteId: SHOP_ID,
			token: this.sandbox.tokens.plugin,
			time: this.probeTime,
			signal: this.interruption.signal,
			say: (text) => this.told.push(text),
			mayWrite: true,
			...more,
		});
	}

	readonly probeTime = {
		now: () => this.time.now,
		sleep: async (ms: number) => {
			this.time.advance(ms);
			await Promise.resolve();
		},
	};

	get conversations() {
		const website = this.sandbox.state.websites.get(SHOP_ID);
		if (!website) throw new Error('The sandbox has no shop');
		return website.conversations;
	}

	/** The methods that the probe used. */
	get methods(): string[] {
		return [...new Set(this.sandbox.requests.map(({ method }) => method))].sort();
	}
}
