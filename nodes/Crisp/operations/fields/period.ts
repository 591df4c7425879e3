import { date, type Fields } from '../field';

/** The period of a list. */
export const period: Fields = {
	filter_date_start: date('Only entries from this moment on', { label: 'From' }),
	filter_date_end: date('Only entries until this moment', { label: 'Until' }),
};
