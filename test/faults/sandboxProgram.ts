import { startSandbox } from '../../sandbox';

/** A sandbox that notices a dead line soon, in a process of its own: what it keeps must not count as the nodes'. */
void startSandbox({ page: false, pingInterval: 3_000, pingTimeout: 3_000, hookDelays: [200, 400] }).then(({ url }) => {
	process.send?.(url);
});
process.once('disconnect', () => process.exit(0));
