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

/** One fault, and what must hold in spite of it. */
export interface Fault {
	kind: Kind;
	/** The fault, in words. */
	what: string;
	/** Describes what must hold. */
	holds: string;
	/** How far Crisp's clock is ahead of n8n's, in milliseconds. */
	skew?: number;
	/** Causes the fault; throws if what must hold does not. */
	strike(stage: Stage): Promise<void>;
}
