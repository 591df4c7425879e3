import { startSandbox } from '../../sandbox';
import { crispTrigger, crispWebhookTrigger } from '../support/n8nContext';
import { unseenAlone } from './support/coverage';
import { credentialOf, type SavedCredential } from './support/credentials';
import { savedParameters, type SavedField } from './support/forms';
import { savedAt, savedIn, savedVersions, useSavedInstance, useSavedTime, type SavedWorkflow } from './support/place';
import { lostIn, type Shape } from './support/shapes';
import { keysOf, samplesOf, settingsOf, startedBy, type SavedDelivery, type SavedKey } from './support/triggers';

/** Triggers that an earlier version saved start on the same events, with the same output and keys. */

beforeEach(() => {
	useSavedInstance();
	useSavedTime();
});

describe.each(savedVersions())('a trigger of version %s', (version) => {
	const simulated = { credentials: { crispApi: { id: 'plugin', name: '' } } };
	const credential = credentialOf(version, simulated, 'http://127.0.0.1:8899');
	const { nodes } = savedIn<SavedWorkflow>(version, 'workflows/triggers.json');
	const settings = savedIn<Record<string, object>>(version, 'triggerSettings.json');

	it.each(nodes.map((node) => [node.name, node] as const))('%s: means the same', (name, node) => {
		const { description } = node.type.endsWith('.crispTrigger') ? crispTrigger : crispWebhookTrigger;
		expect(savedParameters(description, node.parameters)).toEqual(node.parameters);
		expect(settingsOf(node, credential)).toMatchObject(settings[name] ?? {});
	});

	it.each(Object.entries({ crispTrigger, crispWebhookTrigger }))('%s: each field is in a node', (name) => {
		const form = savedIn<Record<string, SavedField[]>>(version, 'forms.json')[name] ?? [];
		const own = nodes.filter(({ type }) => type.endsWith(`.${name}`)).map(({ parameters }) => parameters);
		expect(unseenAlone(form, own)).toEqual([]);
	});

	const events = savedIn<Record<string, Shape>>(version, 'events.json');

	it('outputs the same names for every event', async () => {
		const today = await samplesOf(Object.keys(events), credential);
		const lost = Object.entries(events).flatMap(([name, shape]) =>
			lostIn(today[name] ?? {}, shape).map((fault) => `${name}: ${fault}`),
		);
		expect(lost).toEqual([]);
	});

	it('starts the workflow with the same deduplication keys, so that n8n recognizes what it had before', async () => {
		const saved = savedIn<SavedKey[]>(version, 'keys.json');
		const sandbox = await startSandbox({ page: false, clock: () => savedAt });
		try {
			expect(await keysOf(sandbox, credential, saved)).toEqual(saved.map(({ key }) => key));
		} finally {
			await sandbox.close();
		}
		expect(saved.filter(({ key }) => key !== undefined).length).toBeGreaterThan(3);
	});

	const deliveries = savedIn<SavedDelivery[]>(version, 'deliveries.json');
	const credentials = savedIn<SavedCredential[]>(version, 'credentials.json');

	it.each(deliveries.map((one) => [one.title, one] as const))(
		'answers a webhook in the same way: %s',
		async (_, one) => {
			const tier = one.parameters.hook ?? 'website';
			const data = credentials.find(({ id }) => id === tier)?.data;
			if (!data) throw new Error(`There is no credential for a ${String(tier)} hook`);
			const started = await startedBy(one, data);
			const { shape, ...saved } = one.started ?? {};
			const { shape: today, ...now } = started ?? {};
			expect(now).toEqual(saved);
			expect(lostIn(today ?? {}, shape ?? {})).toEqual([]);
		},
	);
});
