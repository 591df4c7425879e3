import type { INode } from 'n8n-workflow';
import { connectionError } from '../../../nodes/shared/errors/realtimeErrors';
import { Connection, type Ending } from '../../../nodes/shared/realtime/connection';
import type { ChannelListener } from '../../../nodes/shared/realtime/socket';
import { FakeClock, settled } from '../../support/fakeClock';

/**
 * A realtime server, or a proxy before it, repeats the authentication when it closes the connection. The reason is shown in an
 * error and in the log, which others may read.
 */

const password = 'KEY-OF-THE "CREDENTIAL"';
const node = { name: 'Crisp Trigger', type: 'crispTrigger' } as INode;

/** The error of a connection that the other end closes for a reason. */
async function closedFor(reason: string): Promise<Error> {
	const listeners: ChannelListener[] = [];
	const endings: Ending[] = [];
	const authentication = { tier: 'website', username: 'identifier', password, events: [] };
	const connection = new Connection({
		clock: new FakeClock(),
		findEndpoint: async () => await Promise.resolve({ url: 'wss://relay.example/', authentication }),
		openChannel(_, listener) {
			listeners.push(listener);
			return { emit: () => undefined, close: () => undefined };
		},
		onEvent: () => undefined,
		onEnding: (ending) => endings.push(ending),
	});
	void connection.open();
	await settled();
	listeners[0]?.onClose(reason);
	await settled();
	connection.close();
	return connectionError(node, endings[0] as Ending);
}

it.each([
	['as it is', password],
	['in JSON', JSON.stringify({ password })],
	['in a URL', encodeURIComponent(password)],
	['by escape', 'KEY-OF-THE%20%u0022CREDENTIAL%u0022'],
])('the key is not shown: %s', async (_, repeated) => {
	const { message } = await closedFor(`not accepted: ${repeated} (4401)`);
	expect(message).toContain('not accepted: ');
	expect(message).toContain('(4401)');
	expect(message).not.toMatch(/CREDENTIAL|KEY-OF/);
});
