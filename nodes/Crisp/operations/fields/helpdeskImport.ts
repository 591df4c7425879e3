import { flag, identifier, list, type Fields } from '../field';

/** The fields of an import of another help desk. */
export const helpdeskImport: Fields = {
	helpdesk_url: identifier('Address of the help desk to import', {
		label: 'Help Desk URL',
		required: true,
		example: 'https://docs.example.com/',
	}),
	detect_locales: flag('Whether Crisp finds out the language of each article'),
	other_locales: list('Languages there may be besides the main one, separated by commas', { example: 'fr, de' }),
};
