import type { IExecuteFunctions, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { composing } from '../../support/composedOperations';
import { crisp, executeContext } from '../../support/n8nContext';
import { credentialFor, useSandbox } from '../../support/sandboxWorkspace';
import { createForm } from './createForm';
import { failRequests, type Failure } from './failingRequests';

/** Skip If It Exists of what one request creates: inboxes, teams, locales and redirections. */

const sandbox = useSandbox();
const { json, asked, website } = composing(sandbox);

const skip = { skipIfItExists: true };
const create = (resource: string, fields: INodeParameters, more: INodeParameters = {}) =>
	createForm({ resource, operation: 'create', ...fields }, more);
const locale = (code: string, more?: INodeParameters) => create('helpDeskLocale', { locale: code }, more);

describe('a locale', () => {
	it('that is there is not added again', async () => {
		const requests = await asked(async () => {
			expect(await json(locale('en', skip))).toEqual([
				{ locale: 'en', created: false, website_id: website().website_id },
			]);
		});
		expect(requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
	});

	it('that is not there is added', async () => {
		expect(await json(locale('pt', skip))).toMatchObject([{ locale: 'pt', created: true }]);
	});

	it('is added without a look at the list unless that is wanted', async () => {
		const requests = await asked(async () => {
			expect(await json(locale('it'))).toMatchObject([{ locale: 'it', created: true }]);
		});
		expect(requests).toEqual([expect.stringMatching(/^POST /)]);
	});
});

it('a redirection from the same path is not added again, wherever it leads', async () => {
	const [listed] = await json({ resource: 'helpDeskRedirection', operation: 'getAll' });
	const again = { path: String(listed?.path), target: '/en/other' };
	expect(await json(create('helpDeskRedirection', again, skip))).toMatchObject([
		{ redirection_id: listed?.redirection_id, created: false },
	]);
	const other = { path: '/no/such', target: '/en/other' };
	expect(await json(create('helpDeskRedirection', other, skip))).toMatchObject([{ created: true }]);
});

describe.each([
	['inbox', (name: string, more: INodeParameters) => create('inbox', { name, emoji: '⭐', order: 9 }, more)],
	['team', (name: string, more: INodeParameters) => create('team', { name }, more)],
])('Retry On Fail: %s', (what, form) => {
	async function run(parameters: INodeParameters, executionId: string, failure?: Failure) {
		const context = executeContext({
			...{ credential: credentialFor(sandbox.current, 'user'), parameters, executionId },
			onError: 'continueRegularOutput',
		});
		const { executed } = failRequests(context, (_, request) => (request.startsWith('POST ') ? failure : undefined));
		const [items] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
		expect(items?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
		return { json: items?.[0]?.json, posts: executed.filter((request) => request.startsWith('POST ')) };
	}
	const named = (name: string) =>
		[...website().inboxes, ...website().teams].filter((one) => one.name === name) as object[];

	it.each(['unanswered', 'lost', 'refused'] as const)('creates one if the first request was %s', async (failure) => {
		const name = `${what} ${failure}`;
		expect((await run(form(name, skip), name, failure)).json?.error).toBeDefined();
		const again = await run(form(name, skip), name);
		expect(again.json).toMatchObject({ created: true, [`${what}_id`]: expect.any(String) as string });
		expect(again.posts).toHaveLength(failure === 'unanswered' ? 0 : 1);
		expect(named(name)).toHaveLength(1);
		// A further try returns the same.
		expect(await run(form(name, skip), name)).toEqual({ json: again.json, posts: [] });
	});

	it('creates nothing more without the option, as Crisp may have executed the first request', async () => {
		const name = `${what} alone`;
		await run(form(name, {}), name, 'unanswered');
		const again = await run(form(name, {}), name);
		expect(again.json?.error).toContain('It is unclear whether Crisp did this');
		expect(named(name)).toHaveLength(1);
	});
});
