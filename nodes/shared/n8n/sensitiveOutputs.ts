/**
 * Names the fields of an output that hold secrets, as dotted paths in `json`; `list[*].name` searches a list. n8n 2.41 shows
 * a mark instead of their values wherever it shows executions of the node type, to everybody; the workflow itself gets
 * the values. Older versions ignore it, and their types lack it.
 */
export function sensitiveOutputs(paths: string[]): { sensitiveOutputFields: string[] } {
	return { sensitiveOutputFields: [...new Set(paths)] };
}
