import { startSandbox } from '../../sandbox';

/**
 * The delays before the retries of a delivery. There are many, since a delivery that is given up is never read later,
 * and a busy machine must not cause that.
 */
const hookDelays = [200, 400, 800, 1_600, 3_200];

/**
 * A sandbox that detects dead connections quickly, in its own process, so that its resources are not counted as the
 * nodes'.
 */
void startSandbox({ page: false, pingInterval: 3_000, pingTimeout: 3_000, hookDelays }).then(({ url }) => {
	process.send?.(url);
});
process.once('disconnect', () => process.exit(0));
