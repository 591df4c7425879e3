import { clock, type Clock } from '../../nodes/shared/runtime/clock';

/** The clock of the nodes under test. A test may replace its functions; the product's clock is frozen. */
export const testClock: Clock = { ...clock };
