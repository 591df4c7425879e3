import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeHelpers, type INodeParameters, type INodeProperties } from 'n8n-workflow';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';

/** The form of the credential, and where the links in n8n's editor lead. */

const root = join(__dirname, '../../..');
const { properties, documentationUrl } = new CrispApi();

/** n8n adds these two to each credential. */
const ofN8n = ['allowedHttpRequestDomains', 'allowedDomains'];

/** What n8n keeps of the data of a credential: fields that the form does not show are left out. */
const keptOf = (data: INodeParameters) =>
	NodeHelpers.getNodeParameters(properties, data, true, false, null, null) as Record<string, unknown>;

const labelsFor = (data: INodeParameters) =>
	properties
		.filter((one) => one.type !== 'notice' && !ofN8n.includes(one.name))
		.filter((one) => NodeHelpers.displayParameter({ tier: 'website', ...data }, one, null, null))
		.map(({ displayName }) => displayName);

const noticesFor = (data: INodeParameters): INodeProperties[] =>
	properties.filter((one) => one.type === 'notice' && NodeHelpers.displayParameter(data, one, null, null));

describe('the form of the credential', () => {
	const usual = ['Tier', 'Identifier', 'Key', 'Default Website ID'];
	const switches = ['Receive Webhooks', 'Simulated Crisp'];

	it.each([
		['is short for most people', {}, [...usual, ...switches]],
		['is short for a plugin token', { tier: 'plugin' }, [...usual, ...switches]],
		['has no webhooks for a user token', { tier: 'user', receiveWebhooks: true }, [...usual, 'Simulated Crisp']],
		[
			'has the key of website hooks for a website token',
			{ receiveWebhooks: true },
			[...usual, 'Receive Webhooks', 'Webhook Key', 'Simulated Crisp'],
		],
		[
			'has the secret of plugin hooks for a plugin token',
			{ tier: 'plugin', receiveWebhooks: true },
			[...usual, 'Receive Webhooks', 'Signing Secret', 'Simulated Crisp'],
		],
		['has the address last', { isSimulated: true }, [...usual, ...switches, 'API Address']],
	] as Array<[string, INodeParameters, string[]]>)('%s', (_, data, labels) => {
		expect(labelsFor(data)).toEqual(labels);
	});

	it.each([
		['website', 'Generate Token', '#website-token'],
		['plugin', 'Tokens → Production', '#plugin-token'],
		['user', 'campaigns', '#user-token'],
	])('says for the tier %s where to get the token', (tier, words, anchor) => {
		const [notice, ...others] = noticesFor({ tier });
		expect(others).toEqual([]);
		expect(notice?.displayName).toContain(words);
		expect(notice?.displayName).toContain(`${documentationUrl}${anchor}`);
		const guide = readFileSync(join(root, 'docs/guides/credential.md'), 'utf8');
		expect(guide.toLowerCase()).toContain(`\n## ${anchor.slice(1).replace('-', ' ')}\n`);
	});

	it('explains each field', () => {
		const shown = properties.filter(({ type }) => type !== 'notice');
		expect(shown.filter(({ description }) => !description).map(({ displayName }) => displayName)).toEqual([]);
	});

	it('has no address of its own unless it is of a simulated Crisp: then n8n leaves out what the form hides', () => {
		const data = { tier: 'website', identifier: 'i', key: 'k', websiteId: 'w', baseUrl: 'http://127.0.0.1:1' };
		expect(keptOf(data)).not.toHaveProperty('baseUrl');
		expect(keptOf({ ...data, isSimulated: true })).toHaveProperty('baseUrl', data.baseUrl);
	});

	it('starts with the tier whose hook Crisp Webhook Trigger starts with', () => {
		const hook = crispWebhookTrigger.description.properties.find(({ name }) => name === 'hook');
		expect(hook?.default).toBe(properties.find(({ name }) => name === 'tier')?.default);
	});

	it.each([crisp, crispMemory, crispTrigger, crispWebhookTrigger])(
		'is tested by $description.displayName',
		({ description, methods }) => {
			const [{ testedBy } = {}] = description.credentials ?? [];
			expect(Object.keys(methods.credentialTest)).toEqual([testedBy]);
		},
	);
});

describe("the links in n8n's editor", () => {
	const repository = 'https://github.com/n8n-nodes-crisp/n8n-nodes-crisp/blob/main/';
	const names = ['Crisp', 'CrispMemory', 'CrispTrigger', 'CrispWebhookTrigger'];
	const codexOf = (name: string) =>
		JSON.parse(readFileSync(join(root, `nodes/${name}/${name}.node.json`), 'utf8')) as {
			resources: Record<'primaryDocumentation' | 'credentialDocumentation', Array<{ url: string }>>;
		};
	const urls = names.flatMap((name) => Object.values(codexOf(name).resources).flatMap((links) => links));

	it.each([documentationUrl, ...new Set(urls.map(({ url }) => url))])('%s is a page of this package', (url) => {
		expect(url.startsWith(`${repository}docs/guides/`)).toBe(true);
		expect(existsSync(join(root, url.slice(repository.length)))).toBe(true);
	});

	it('lead to a page for each node, and to one for the credential', () => {
		const pages = names.map((name) =>
			codexOf(name)
				.resources.primaryDocumentation.map(({ url }) => url)
				.join(),
		);
		expect(new Set(pages).size).toBe(names.length);
		for (const name of names) {
			expect(codexOf(name).resources.credentialDocumentation).toEqual([{ url: documentationUrl }]);
		}
	});
});
