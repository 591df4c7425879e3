import { Workload } from '../../../nodes/Crisp/composed/support/workload';

/** Operators with these numbers of conversations; records which ones were counted, in order. */
function having(counts: Record<string, number>) {
	const asked: Array<[string, number]> = [];
	const workload = new Workload(async (operator, most) => {
		asked.push([operator, most]);
		return await Promise.resolve(Math.min(counts[operator] ?? 0, most));
	});
	return { workload, asked };
}

let names = 0;
/** Names that no earlier test has used, since the process remembers its assignments. */
const fresh = (count: number) => Array.from({ length: count }, () => `operator ${++names}`);

describe('the workload', () => {
	it('is counted only as far as needed to find who has the fewest', async () => {
		const [a = '', b = ''] = fresh(2);
		const { workload, asked } = having({ [a]: 700, [b]: 7 });
		expect(await workload.take([a, b])).toBe(b);
		expect(asked).toEqual([
			[a, 50],
			[b, 50],
		]);
	});

	it('is counted further if all have many', async () => {
		const [a = '', b = ''] = fresh(2);
		const { workload, asked } = having({ [a]: 130, [b]: 120 });
		expect(await workload.take([a, b])).toBe(b);
		expect(asked.filter(([one]) => one === b).map(([, most]) => most)).toEqual([50, 100, 150]);
	});

	it('is not counted if there is only one candidate', async () => {
		const [a = ''] = fresh(1);
		const { workload, asked } = having({});
		expect(await workload.take([a])).toBe(a);
		expect(asked).toEqual([]);
	});

	it('is shared between concurrent assignments', async () => {
		const [a = '', b = '', c = ''] = fresh(3);
		const { workload, asked } = having({ [a]: 4 });
		const taken = await Promise.all(Array.from({ length: 11 }, async () => await workload.take([a, b, c])));
		expect([a, b, c].map((one) => taken.filter((name) => name === one).length)).toEqual([1, 5, 5]);
		expect(asked).toHaveLength(3);
	});

	it('is reduced again after an assignment that failed', async () => {
		const [a = '', b = ''] = fresh(2);
		const { workload } = having({ [b]: 1 });
		expect(await workload.take([a, b])).toBe(a);
		workload.giveBack(a);
		expect(await workload.take([a, b])).toBe(a);
	});

	it('is fetched again after a failed fetch', async () => {
		const [a = '', b = ''] = fresh(2);
		let tries = 0;
		const workload = new Workload(async () => {
			if (++tries === 1) throw new Error('the connection was cut');
			return await Promise.resolve(0);
		});
		await expect(workload.take([a, b])).rejects.toThrow('the connection was cut');
		expect(await workload.take([a, b])).toBe(a);
	});
});
