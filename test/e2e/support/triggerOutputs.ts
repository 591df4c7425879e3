import type { N8nClient } from '../../../scripts/host/n8nClient';

/**
 * The items that a trigger started executions with, in the order of these starts. Executions that have not run their
 * trigger yet are left out.
 */
export async function triggerOutputs(
	client: N8nClient,
	workflowId: string,
	trigger: string,
): Promise<Array<Record<string, unknown>>> {
	const executions = await client.allExecutionsOf(workflowId);
	const ids = executions.map(({ id }) => Number(id)).sort((one, other) => one - other);
	const outputs: Array<Record<string, unknown>> = [];
	for (const id of ids) {
		const { data } = await client.execution(String(id));
		const items = data.resultData.runData[trigger]?.[0]?.data?.main[0] ?? [];
		outputs.push(...items.map(({ json }) => json));
	}
	return outputs;
}
