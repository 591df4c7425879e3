/** Pseudo-random numbers from 0 to 1 with a fixed seed (Park and Miller), so that runs are reproducible. */
export function knownNumbers(): () => number {
	let seed = 20_071;
	return () => {
		seed = (seed * 48_271) % 2_147_483_647;
		return seed / 2_147_483_647;
	};
}
