import { clock, type Clock } from '../../nodes/shared/runtime/clock';

/** The clock of the nodes that tests run. A test may replace what it does; the clock of the product is frozen. */
export const testClock: Clock = { ...clock };
