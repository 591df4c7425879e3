import { createHash } from 'crypto';
import { invalid } from '../http/answer';
import type { Website } from '../state/state';
import type { World } from '../state/world';
import { createConversation } from './conversations';
import { personFrom } from './people';

/** The maximum count per request, so that a workspace fits easily in memory. */
const MOST = 200_000;

/** Adds this many people with complete profiles, newest first, without announcing them. */
export function addPeople(world: World, website: Website, count: number): void {
	const now = world.clock();
	const firstNumber = website.people.size;
	for (let index = 0; index < requireCount(count); index += 1) {
		const number = firstNumber + index;
		const email = `person${number}@crowd.example`;
		const person = personFrom({ email, ...profileOf(number) }, now - index);
		website.people.set(person.people_id, { ...person, people_id: idOf(number) });
	}
}

function profileOf(number: number) {
	const domain = `company${number % 97}.example`;
	return {
		person: {
			nickname: `Person ${number}`,
			avatar: `https://files.example/avatars/${number}.png`,
			gender: 'female',
			phone: `+3360000${String(number).padStart(6, '0')}`,
			address: `${number} Long Lane, Nantes`,
			description: 'Drinks green tea, and writes on Mondays.',
			website: `https://${domain}`,
			timezone: -60,
			employment: { name: `Company ${number % 97}`, domain, title: 'Buyer', role: 'purchase', seniority: 'manager' },
			geolocation: { country: 'FR', region: 'PDL', city: 'Nantes', coordinates: { latitude: 47.2, longitude: -1.55 } },
			locales: ['fr', 'en'],
		},
		company: { name: `Company ${number % 97}`, url: `https://${domain}` },
		segments: ['crowd', `group-${number % 7}`],
	};
}

/** A deterministic ID, so that the people are the same after every start. */
function idOf(number: number): string {
	const hex = createHash('sha256').update(`person ${number}`).digest('hex');
	return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
		'-',
	);
}

/** Adds this many empty conversations and returns their IDs. */
export function addConversations(world: World, website: Website, count: number): string[] {
	return Array.from({ length: requireCount(count) }, () => createConversation(world, website).session_id);
}

function requireCount(count: number): number {
	if (!Number.isInteger(count) || count < 1 || count > MOST) throw invalid(`count: must be from 1 to ${MOST}`);
	return count;
}
