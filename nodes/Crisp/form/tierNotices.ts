import type { INodeProperties } from 'n8n-workflow';
import type { Resource } from '../operations/operation';

type Tier = 'plugin' | 'user';

const names: Record<Tier, string> = { plugin: 'Plugin', user: 'User' };

/** A notice for the operations for which Crisp accepts the tokens of one tier only: one for each resource that has some. */
export function tierNotices(table: Record<string, Resource>): INodeProperties[] {
	return (Object.keys(names) as Tier[]).flatMap((tier) => [
		...wholeNotices(table, tier),
		...Object.entries(table).flatMap(([key, resource]) => partNotice(key, resource, tier)),
	]);
}

/** One notice for all resources that need the tier as a whole. */
function wholeNotices(table: Record<string, Resource>, tier: Tier): INodeProperties[] {
	const resource = Object.keys(table).filter((key) => table[key]?.tier === tier);
	return resource.length > 0 ? [noticeOf(tier, { resource })] : [];
}

function partNotice(key: string, { operations }: Resource, tier: Tier): INodeProperties[] {
	const operation = Object.keys(operations).filter((name) => operations[name]?.tier === tier);
	return operation.length > 0 ? [noticeOf(tier, { resource: [key], operation })] : [];
}

function noticeOf(tier: Tier, show: Record<string, string[]>): INodeProperties {
	return {
		displayName: `Crisp accepts this only from a credential of the tier ${names[tier]}`,
		name: 'tierNotice',
		type: 'notice',
		default: '',
		displayOptions: { show },
	};
}
