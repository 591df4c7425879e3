import { NodeOperationError, type INode } from 'n8n-workflow';
import { findAccess } from '../../nodes/shared/access';
import { Refused } from '../../nodes/shared/connection';
import type { Credential, CrispRequest } from '../../nodes/shared/transport';

const node = { name: 'Crisp Trigger', type: 'crispTrigger' } as INode;
const credential: Credential = { tier: 'website', identifier: 'i', key: 'k', baseUrl: 'https://api.crisp.chat' };

describe('where Crisp is asked for its realtime channel', () => {
	it('is in the website, whatever is given for one', async () => {
		const asked: string[] = [];
		const send = async ({ path }: CrispRequest) => {
			asked.push(path);
			return await Promise.resolve({ socket: { app: 'wss://relay.example/' } });
		};
		const asking = { send, credential, node, egress: async () => await Promise.resolve(undefined) };
		await findAccess(asking, { events: ['message:send'], websites: ['a/../b?c'] });
		expect(asked).toEqual(['/v1/website/a%2F..%2Fb%3Fc/connect/endpoints']);
		for (const website of ['..', '.', '\ud800']) {
			const wish = { events: ['message:send'], websites: [website] };
			const refusal = await findAccess(asking, wish).catch((error: unknown) => error);
			// Trying again would not help.
			expect(refusal).toBeInstanceOf(Refused);
			const { cause } = refusal as Refused & { cause: Error };
			expect(cause).toBeInstanceOf(NodeOperationError);
			expect(cause.message).toContain("'Website Names or IDs' cannot be");
		}
		expect(asked).toHaveLength(1);
	});
});
