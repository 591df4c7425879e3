import { codeOf, codesIn, withoutCode } from '../../../nodes/Crisp/waiting/code';

const codes = Array.from({ length: 200 }, (_, index) =>
	codeOf(`https://n8n.example/webhook-waiting/${index}?wait=0.0`),
);
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

it('finds each code in a text, in any case, wherever it stands', () => {
	for (const code of codes) {
		for (const text of [`#${code}`, `yes #${code.toLowerCase()}.`, `(#${code})`, `**#${code}** yes`]) {
			expect(codesIn(text)).toEqual([code]);
		}
		expect(withoutCode(`Yes #${code.toLowerCase()}`, code)).toBe('Yes');
	}
});

it('takes no code with one wrong character, and none that goes on', () => {
	for (const code of codes.slice(0, 20)) {
		for (let place = 0; place < code.length; place++) {
			for (const one of characters) {
				const other = code.slice(0, place) + one + code.slice(place + 1);
				if (other !== code) expect(codesIn(`#${other}`)).toEqual([]);
			}
		}
		expect(codesIn(`#${code}7 #${code}-2 ${code}`)).toEqual([]);
	}
});

it('takes one of 32 texts of the shape of a code', () => {
	const shaped = [...characters].flatMap((third) => [...characters].map((fourth) => `#K7${third}${fourth}`));
	expect(codesIn(shaped.join(' '))).toHaveLength(shaped.length / 32);
});

it('takes the code of the guides', () => {
	expect(codesIn('Approve #K7QH')).toEqual(['K7QH']);
});
