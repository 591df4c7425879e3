import { examples, exampleOf } from './exampleNodes';

/**
 * The example "Serve Crisp to AI clients" offers tools to models outside of n8n, which read what visitors wrote. Attack: a
 * visitor persuades such a model to write to another visitor, to read private notes, or to use a tool for something else.
 */
const { nodes } = exampleOf('serve-crisp-to-ai-clients');
const tools = nodes
	.filter(({ type }) => type === 'n8n-nodes-crisp.crispTool')
	.map(({ name, parameters }) => [name, parameters] as const);

/** What a client may do: each operation reads, or changes only what the team sees. */
const allowed = [
	'conversation: getAll',
	'conversation: getAllAwaiting',
	'conversation: getContext',
	'conversation: getTranscript',
	'conversation: assign',
	'conversation: addSegments',
	'helpDesk: searchArticles',
	'message: send',
	'operator: getAll',
	'person: findByEmail',
	'person: getAll',
	'person: getData',
];

/** The fields that a model may fill, by their place in the parameters. */
const leftToTheModel = [
	'assignedUserId.value',
	'content',
	'email',
	'filters.searchQuery',
	'filters.searchText',
	'peopleId.value',
	'searchQuery',
	'segments',
	'sessionId.value',
];

/** The places of all expressions within a value. */
function expressionsIn(value: unknown, place: string[] = []): string[] {
	if (typeof value === 'string') return value.startsWith('=') ? [place.join('.')] : [];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => expressionsIn(inner, [...place, key]));
}

test('there are twelve tools, one for each allowed operation', () => {
	const used = tools.map(([, { resource, operation }]) => `${String(resource)}: ${String(operation)}`);
	expect(used.sort()).toEqual([...allowed].sort());
});

test('a message is a private note, which says that it is a draft and is marked as written by a program', () => {
	const sends = tools.flatMap(([, parameters]) => (parameters.resource === 'message' ? [parameters] : []));
	expect(sends).toEqual([
		expect.objectContaining({
			type: 'note',
			content: expect.stringMatching(/^=Draft by an AI client, not sent:\n\n\{\{/) as string,
			additionalFields: { automated: true },
		}),
	]);
});

test.each(tools)('%s: the model chooses no website, no operation, no type, and no option', (_, parameters) => {
	expect(leftToTheModel).toEqual(expect.arrayContaining(expressionsIn(parameters)));
	expect(parameters.websiteId).toBeUndefined();
});

test.each(tools)('%s: private notes, unverified records and drafts of articles are not read', (_, parameters) => {
	expect(JSON.stringify(parameters)).not.toMatch(/includeNotes|trustUnverified|includeDrafts|"simplify":false/);
});

test('every server of an example asks for authentication', () => {
	const servers = [...examples.values()].flatMap((example) =>
		example.nodes.filter(({ type }) => type === '@n8n/n8n-nodes-langchain.mcpTrigger'),
	);
	expect(servers.map(({ parameters }) => parameters.authentication)).toEqual(['headerAuth']);
});
