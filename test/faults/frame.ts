/** A text frame of a WebSocket server. */
export function frame(text: string): Buffer {
	const body = Buffer.from(text);
	if (body.length < 126) return Buffer.concat([Buffer.from([0x81, body.length]), body]);
	const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
	head.writeBigUInt64BE(BigInt(body.length), 2);
	return Buffer.concat([head, body]);
}

/** An event as Crisp's channel sends it, with any payload. */
export const eventFrame = (name: string, payload: string) => frame(`42["${name}",${payload}]`);
