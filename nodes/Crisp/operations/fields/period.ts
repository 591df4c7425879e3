import { date, type Fields } from '../field';

/** The time that a list is about. */
export const period: Fields = {
	filter_date_start: date('Only what is from this moment on', { label: 'From' }),
	filter_date_end: date('Only what is until this moment', { label: 'Until' }),
};
