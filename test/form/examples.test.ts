import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
	NodeHelpers,
	type INode,
	type INodeParameterResourceLocator,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
	type INodeType,
} from 'n8n-workflow';
import type { Workflow, WorkflowNode } from '../../scripts/host/n8nClient';
import { EXAMPLES } from '../../scripts/start/seed';
import { crisp, crispMemory, crispTrigger } from '../support/n8nContext';

const folder = path.join(__dirname, '../../examples');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const index = readFileSync(path.join(folder, 'README.md'), 'utf8');

/** What n8n adds to the form of a node that is used as a tool. */
const toolFields: INodeProperties[] = [
	{
		displayName: 'Tool Description',
		name: 'descriptionType',
		type: 'options',
		options: [
			{ name: 'Set Automatically', value: 'auto' },
			{ name: 'Set Manually', value: 'manual' },
		],
		default: 'auto',
	},
	{
		displayName: 'Description',
		name: 'toolDescription',
		type: 'string',
		default: '',
		required: true,
		displayOptions: { show: { descriptionType: ['manual'] } },
	},
];

const crispTool = {
	description: { ...crisp.description, properties: [...toolFields, ...crisp.description.properties] },
} as INodeType;

const crispTypes: Record<string, INodeType> = {
	'n8n-nodes-crisp.crisp': crisp,
	'n8n-nodes-crisp.crispMemory': crispMemory,
	'n8n-nodes-crisp.crispTool': crispTool,
	'n8n-nodes-crisp.crispTrigger': crispTrigger,
};

const textOf = (file: string) => readFileSync(path.join(folder, file), 'utf8');
const workflowIn = (file: string) => JSON.parse(textOf(file)) as Workflow;

/** The parameters as n8n resolves them: all that the form shows, and nothing else. */
function understood(node: WorkflowNode, { description }: INodeType): INodeParameters {
	const given = node.parameters as INodeParameters;
	return NodeHelpers.getNodeParameters(description.properties, given, true, false, node as INode, description) ?? {};
}

/** Values that are not among the options, and modes that a locator does not have: n8n itself accepts both. */
function notOffered(node: WorkflowNode, { description }: INodeType): string[] {
	const isShown = (property: INodeProperties) =>
		NodeHelpers.displayParameter(understood(node, { description } as INodeType), property, node as INode, description);
	const amongAll = (properties: INodeProperties[], given: INodeParameters): string[] =>
		properties.flatMap(({ name, type, options, modes = [] }) => {
			const value = given[name];
			if (value === undefined) return [];
			if (type === 'collection') return amongAll(options as INodeProperties[], value as INodeParameters);
			if (type === 'resourceLocator') {
				const { mode } = value as INodeParameterResourceLocator;
				return modes.some((one) => one.name === mode) ? [] : [`${name}: ${mode}`];
			}
			if (type !== 'options' && type !== 'multiOptions') return [];
			const offered = (options as INodePropertyOptions[] | undefined)?.map((option) => option.value);
			const chosen = [value].flat() as string[];
			return offered ? chosen.filter((one) => !offered.includes(one)) : [];
		});
	return amongAll(description.properties.filter(isShown), node.parameters as INodeParameters);
}

/** The labels of required fields that are empty. */
function toBeSet(node: WorkflowNode, { description }: INodeType): string[] {
	const parameters = understood(node, { description } as INodeType);
	const issues = NodeHelpers.getNodeParametersIssues(
		description.properties,
		{ ...node, parameters } as INode,
		description,
	);
	return Object.values(issues?.parameters ?? {}).flat();
}

const targetsOf = ({ connections }: Workflow) =>
	Object.values(connections as Record<string, Record<string, Array<Array<{ node: string }>>>>)
		.flatMap((outputs) => Object.values(outputs).flat(2))
		.map(({ node }) => node);

/** Whether two nodes cover each other on the canvas, where a node is a square of 96 and a note has its own size. */
function overlap(...[one, other]: [WorkflowNode, WorkflowNode]): boolean {
	const isApart = (axis: 0 | 1, size: 'width' | 'height') => {
		const [first, second] = [one, other].sort((a, b) => a.position[axis] - b.position[axis]) as [
			WorkflowNode,
			WorkflowNode,
		];
		const length = first.type === 'n8n-nodes-base.stickyNote' ? Number(first.parameters[size]) : 96;
		return first.position[axis] + length <= second.position[axis];
	};
	return !isApart(0, 'width') && !isApart(1, 'height');
}

test('there are seventeen examples, including the two that npm start uses', () => {
	expect(files).toHaveLength(17);
	expect(files).toEqual(expect.arrayContaining(EXAMPLES.map((example) => `${example}.json`)));
});

describe.each(files)('%s', (file) => {
	const workflow = workflowIn(file);
	const { nodes, connections } = workflow;
	const note = String(nodes.find(({ type }) => type === 'n8n-nodes-base.stickyNote')?.parameters.content);
	const ofCrisp = nodes.flatMap((node) => (crispTypes[node.type] ? [[node.name, node] as const] : []));

	test('has the same name as its file, and is in the table of examples', () => {
		expect(file).toBe(`${workflow.name.toLowerCase().replace(/[^a-z]+/g, '-')}.json`);
		expect(index).toContain(`[${workflow.name}](${file})`);
	});

	test('has a note on what it does and what to set', () => {
		expect(note.startsWith(`## ${workflow.name}\n\n`)).toBe(true);
		expect(note).toMatch(/\*\*Set:?\*\*/);
		expect(note).toMatch(/\*Crisp API\* credential/);
	});

	test('contains nothing of the n8n or the workspace in which it was made', () => {
		const { credentials, id, pinData, meta } = JSON.parse(textOf(file)) as Record<string, unknown>;
		expect({ credentials, id, pinData, meta }).toEqual({});
		for (const node of nodes) expect(node.credentials).toBeUndefined();
		// n8n gives its own ID to each condition and each field.
		const own = (key: string, value: unknown) => (key === 'id' || key === 'webhookId' ? undefined : value);
		expect(JSON.stringify(nodes, own)).not.toMatch(/\w{8}-(\w{4}-){3}\w{12}/);
	});

	test('has its nodes connected and not overlapping', () => {
		const names = nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(names.length);
		expect(nodes.flatMap((node, index) => nodes.slice(0, index).filter((other) => overlap(node, other)))).toEqual([]);
		expect(names).toEqual(expect.arrayContaining([...Object.keys(connections), ...targetsOf(workflow)]));
		const connected = new Set([...Object.keys(connections), ...targetsOf(workflow)]);
		expect(names.filter((name) => !connected.has(name))).toEqual(['What this does']);
	});

	test.each(ofCrisp)('%s: every parameter is one of the form', (_, node) => {
		const type = crispTypes[node.type] as INodeType;
		expect(understood(node, type)).toMatchObject(node.parameters);
		expect(notOffered(node, type)).toEqual([]);
	});

	test.each(ofCrisp)('%s: the note mentions what has to be filled in', (_, node) => {
		const missing = toBeSet(node, crispTypes[node.type] as INodeType);
		for (const issue of missing) {
			const [, label = issue] = /^Parameter "(.*)" is required\.$/.exec(issue) ?? [];
			expect(note).toContain(`*${label}*`);
			expect(note).toContain(`*${node.name}*`);
		}
	});

	test('mentions only existing nodes', () => {
		const emphasised = [...JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)].map(([, name]) => name);
		expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(emphasised));
	});
});
