import type { Stage } from './stage';

export type Kind =
	| 'refused'
	| 'reset'
	| 'half-open'
	| 'slow'
	| 'cut'
	| 'malformed'
	| 'wrong type'
	| 'oversized'
	| 'duplicate'
	| 'out of order'
	| 'clock skew'
	| 'DNS'
	| 'TLS'
	| 'limited'
	| 'failing'
	| 'forged'
	| 'stopped';

/** One thing that goes wrong, and what must hold all the same. */
export interface Fault {
	kind: Kind;
	/** What goes wrong, in words. */
	what: string;
	/** What must hold, in words. */
	holds: string;
	/** How far Crisp's clock is ahead of n8n's, in milliseconds. */
	skew?: number;
	/** Lets it strike; throws where what must hold does not. */
	strike(stage: Stage): Promise<void>;
}
