import type { IDataObject } from 'n8n-workflow';
import { events } from '../../../nodes/shared/events/catalogue';
import { toOutput } from '../../../nodes/shared/events/output';
import { toEntries, withTargets } from '../../../nodes/Crisp/execute/output';
import { sampleOf } from '../../../nodes/CrispTrigger/samples/samples';
import { nameOf, routes, rows } from '../../contract/routes';
import { crisp, crispTrigger, crispWebhookTrigger, execute } from '../../support/n8nContext';
import { answer, serveOn, success } from '../../support/servers/plainServer';
import { locator, shop } from '../../support/sandboxWorkspace';

/** Somebody who may look at executions, but not use the credential, reads secrets in the outputs of the nodes. */

/** The names that the vendor's types have for secrets. */
const secretName = /(^|_)(password|secret|key|token|jwt|signed|code|confirm_url)$/;

/** Fields that only look like secrets, with the reason. */
const harmless: Record<string, string> = {
	'GET /v1/website/{website_id}/conversations/suggest/data/{page_number} key': 'the name of custom data',
	'GET /v1/website/{website_id}/people/suggest/data/{page_number} key': 'the name of custom data',
	'GET /v1/plans/subscription/{website_id}/coupon code': 'the coupon that was asked for',
	'GET /v1/website/{website_id}/settings inbox.force_operator_token': 'whether two factors are needed',
	'GET /v1/website/{website_id}/operator/{user_id} has_token': 'whether two factors are used',
	'GET /v1/website/{website_id}/operators/list details.has_token': 'whether two factors are used',
};

/** Answers with secrets of which the vendor's types say nothing. */
const untyped: Record<string, unknown> = {
	'POST /v1/user/session/login': { identifier: 'shown', key: 'SECRET' },
	'POST /v1/website/{website_id}/verify/key': { secret: 'SECRET' },
	'GET /v1/plugins/subscription/{website_id}/{plugin_id}/attest/provenance': { payload: 'SECRET', hash: 'SECRET' },
};

type Shape = string | { [name: string]: Shape };

/** An answer of a type, with SECRET in each field whose name says so; undefined if there is none. */
function secretsOf(shape: Shape, title: string, path: string[] = []): unknown {
	if (typeof shape === 'string') return undefined;
	if (shape.arrayOf) {
		const entry = secretsOf(shape.arrayOf, title, path);
		return entry === undefined ? undefined : [entry];
	}
	const entries = Object.entries(shape).flatMap(([marked, inner]): Array<[string, unknown]> => {
		// The SDK writes some names of Crisp in camel case.
		const name = marked.replace(/\?$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
		const here = [...path, name];
		const isSecret = secretName.test(name) && inner !== 'boolean' && !(`${title} ${here.join('.')}` in harmless);
		const value = isSecret ? 'SECRET' : secretsOf(inner, title, here);
		return value === undefined ? [] : [[name, value]];
	});
	return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

const typed = routes.flatMap((route): Array<[string, unknown]> => {
	const shapes = (route.sdk ?? []).map((call) => (call as { returns?: Shape }).returns ?? 'any');
	const found = shapes.map((shape) => secretsOf(shape, nameOf(route))).find((one) => one !== undefined);
	return found === undefined ? [] : [[nameOf(route), found]];
});

const answers = [...typed, ...Object.entries(untyped)];

const declaredOf = (node: object) => (node as { sensitiveOutputFields?: string[] }).sensitiveOutputFields ?? [];

/** Hides fields as n8n 2.41 does (node-defined-field-redaction.strategy.js). */
function hide(current: IDataObject, [first = '', ...rest]: string[]): void {
	if (rest.length === 0) {
		if (first in current) current[first] = '(hidden)';
		return;
	}
	const isList = first.endsWith('[*]');
	const inner = current[isList ? first.slice(0, -3) : first] as IDataObject | IDataObject[] | undefined;
	if (typeof inner !== 'object' || inner === null) return;
	if (!isList) return hide(inner as IDataObject, rest);
	for (const one of inner as IDataObject[]) hide(one, rest);
}

function shownOf(node: object, output: IDataObject): IDataObject {
	const shown = structuredClone(output);
	for (const path of declaredOf(node)) hide(shown, path.split('.'));
	return shown;
}

it('the answers with secrets are found in the types', () => {
	const names = answers.map(([name]) => name).sort();
	expect(names).toEqual(
		expect.arrayContaining([
			'GET /v1/plugin/connect/websites/all/{page_number}',
			'GET /v1/plugin/connect/websites/since',
			'GET /v1/plugins/subscription/{website_id}/{plugin_id}/settings',
			'GET /v1/website/{website_id}/conversation/{session_id}/browsing',
			'GET /v1/website/{website_id}/helpdesk/settings',
			'GET /v1/website/{website_id}/verify/key',
		]),
	);
});

it.each(answers)('n8n hides the secrets of %s', (name, data) => {
	const made = rows.filter(({ operation }) => nameOf(operation.route) === name);
	expect(made).not.toEqual([]);
	for (const { operation } of made) {
		for (const entry of toEntries(operation, data)) {
			const output = withTargets(operation, {}, entry);
			// Otherwise the attack proves nothing: the workflow itself gets the secret.
			expect(JSON.stringify(output)).toContain('SECRET');
			expect(JSON.stringify(shownOf(crisp.description, output))).not.toContain('SECRET');
		}
	}
});

it('what is hidden has a name of its own, so that no other output of the node is hidden', () => {
	const declared = declaredOf(crisp.description);
	expect(declared.length).toBeGreaterThan(5);
	expect(declared.filter((path) => /^(key|secret|token|password|data|url|settings|access)$/.test(path))).toEqual([]);
	const others = rows.filter(({ operation }) => operation.secretOutputs === undefined);
	expect(others.length).toBeGreaterThan(200);
	for (const { operation } of others) {
		const route = routes.find((one) => nameOf(one) === nameOf(operation.route));
		for (const { returns } of (route?.sdk ?? []) as Array<{ returns?: Shape }>) {
			const filled = (shape: Shape): unknown => {
				if (typeof shape === 'string') return 'SHOWN';
				if (shape.arrayOf) return [filled(shape.arrayOf)];
				return Object.fromEntries(
					Object.entries(shape).map(([field, inner]) => [field.replace(/\?$/, ''), filled(inner)]),
				);
			};
			for (const entry of toEntries(operation, filled(returns ?? 'any'))) {
				expect(shownOf(crisp.description, entry)).toEqual(entry);
			}
		}
	}
});

it('the key of a session has its own name in the output of the node', async () => {
	const server = await serveOn((_, response) => answer(response, success({ identifier: 'i', key: 'SECRET' })));
	const parameters = { resource: 'userSession', operation: 'login', email: 'a@b.co', password: 'p' };
	const credential = { ...server.credential, tier: 'user' as const };
	const [item] = await execute({ credential, parameters }).finally(async () => await server.close());
	expect(item?.json).toEqual({ identifier: 'i', session_key: 'SECRET' });
});

it('a list keeps the key of each entry, which is the name of custom data', async () => {
	const server = await serveOn((_, response) => answer(response, success([{ key: 'plan', count: 1 }])));
	const parameters = {
		resource: 'suggestion',
		operation: 'getAllConversationData',
		websiteId: locator(shop),
		limit: 1,
	};
	const made = execute({ credential: server.credential, parameters }).finally(async () => await server.close());
	for (const { json } of await made) expect(shownOf(crisp.description, json)).toEqual({ key: 'plan', count: 1 });
});

describe.each([
	['Crisp Trigger', crispTrigger.description],
	['Crisp Webhook Trigger', crispWebhookTrigger.description],
])('of %s, n8n hides', (_, description) => {
	const secret = { code: 'SECRET', confirm_url: 'SECRET', browsing_token: 'SECRET', url: { signed: 'SECRET' } };

	it.each([...events.map(({ name }) => name)])('what is secret in %s, and nothing else', (name) => {
		const payload = sampleOf(name, Date.UTC(2026, 0, 31));
		const output = toOutput(name, { ...payload, ...secret });
		expect(JSON.stringify(shownOf(description, output))).not.toContain('SECRET');
		const isSecret = /^(bucket:url:|identity:verify:request$|browsing:request:initiated$)/.test(name);
		const plain = toOutput(name, payload);
		if (!isSecret) expect(shownOf(description, plain)).toEqual(plain);
	});

	it('the signed URL of an upload, and not the public one', () => {
		const url = { resource: 'https://storage.crisp.chat/x', signed: 'SECRET' };
		const output = toOutput('bucket:url:upload:generated', { id: 'i', url });
		expect(shownOf(description, output).data).toEqual({ id: 'i', url: { ...url, signed: '(hidden)' } });
	});
});

it('the form says that a password typed there lies in the workflow', () => {
	const fields = crisp.description.properties
		.flatMap((property) => [property, ...((property.options ?? []) as Array<typeof property>)])
		.filter(({ typeOptions }) => typeOptions?.password === true);
	expect(fields.length).toBeGreaterThan(4);
	for (const { description } of fields) expect(description).toMatch(/saved in the workflow in plain text/);
});
