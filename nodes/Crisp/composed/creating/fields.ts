import { flag, picker, type Fields, type Picks } from '../../operations/field';

/** The option to create nothing if it is there. `how` names what is compared. */
export const skipping = (how: string): Fields => ({ skip_if_it_exists: flag(how, { fallback: false }) });

/** The field to continue with what an earlier run created. */
export const continuing = (id: string, picks: Picks, what: string): Fields => ({
	[id]: picker(picks, `One that an earlier run created and did not complete: no other ${what} is created`, {
		isRare: true,
	}),
});
