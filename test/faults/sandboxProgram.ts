import { startSandbox } from '../../sandbox';

/** Before each delivery but the first. As many as it takes: nobody reads afterwards what is given up, and a busy machine is no fault. */
const hookDelays = [200, 400, 800, 1_600, 3_200];

/** A sandbox that notices a dead line soon, in a process of its own: what it keeps must not count as the nodes'. */
void startSandbox({ page: false, pingInterval: 3_000, pingTimeout: 3_000, hookDelays }).then(({ url }) => {
	process.send?.(url);
});
process.once('disconnect', () => process.exit(0));
