import { choice, identifier, instant, list, longText, number, table, text, type Fields } from '../field';
import { newSegments } from './newSegments';

export const name = text('Full name of the person', { label: 'Name', example: 'Nathan Smith' });

export const segments = list('Segments of the person; they replace the ones the person has', {
	picks: 'personSegment',
});

/** The fields of a profile besides email and name; the same for Create, Update and Replace. */
export const profile: Fields = {
	'person.avatar': identifier('Address of the picture of the person', { label: 'Avatar URL' }),
	'person.gender': choice(['female', 'male', 'other'], 'Gender of the person'),
	'person.phone': identifier('Phone number of the person', { example: '+33123456789' }),
	'person.address': text('Postal address of the person'),
	'person.description': longText('About the person'),
	'person.website': identifier('Website of the person', { label: 'Website URL', example: 'https://example.com/' }),
	'person.timezone': number('How far the clock of the person is from UTC', {
		label: 'UTC Offset (Minutes)',
		example: '60',
		isRare: true,
	}),
	'person.locales': list('Languages of the person as locales, separated by commas', { example: 'en, fr' }),
	'person.profiles': table(
		{
			type: identifier('The network', { example: 'linkedin' }),
			handle: identifier('Name of the person there'),
			url: identifier('Address of the profile'),
		},
		'Profiles of the person in social networks',
		{ label: 'Social Profiles' },
	),
	'person.employment.name': text('Name of the employer', { label: 'Employer Name' }),
	'person.employment.domain': identifier('Domain of the employer', { label: 'Employer Domain', isRare: true }),
	'person.employment.title': text('Job title of the person', { label: 'Job Title' }),
	'person.employment.role': text('Role in the company', { label: 'Job Role' }),
	'person.employment.seniority': text('How senior the person is', { label: 'Job Seniority', isRare: true }),
	'person.geolocation.country': identifier('Country of the person, as two letters', {
		label: 'Country',
		example: 'FR',
	}),
	'person.geolocation.region': text('Region of the person', { label: 'Region', isRare: true }),
	'person.geolocation.city': text('City of the person', { label: 'City' }),
	'person.geolocation.coordinates.latitude': number('Where the person is', {
		label: 'Latitude (Degrees)',
		isRare: true,
	}),
	'person.geolocation.coordinates.longitude': number('Where the person is', {
		label: 'Longitude (Degrees)',
		isRare: true,
	}),
	'company.name': text('Name of the company'),
	'company.legal_name': text('Name the company is registered under', { isRare: true }),
	'company.domain': identifier('Domain of the company', { example: 'example.com' }),
	'company.url': identifier('Website of the company', { isRare: true }),
	'company.description': longText('About the company', { isRare: true }),
	'company.timezone': number('How far the clock of the company is from UTC', {
		label: 'Company UTC Offset (Minutes)',
		example: '60',
		isRare: true,
	}),
	'company.phones': list('Phone numbers of the company, separated by commas', { isRare: true }),
	'company.emails': list('Emails of the company, separated by commas', { isRare: true }),
	'company.tags': list('Tags of the company, separated by commas', { isRare: true }),
	'company.geolocation.country': identifier('Country of the company, as two letters', {
		label: 'Company Country',
		example: 'FR',
		isRare: true,
	}),
	'company.geolocation.region': text('Region of the company', { label: 'Company Region', isRare: true }),
	'company.geolocation.city': text('City of the company', { label: 'Company City', isRare: true }),
	'company.geolocation.coordinates.latitude': number('Where the company is', {
		label: 'Company Latitude (Degrees)',
		isRare: true,
	}),
	'company.geolocation.coordinates.longitude': number('Where the company is', {
		label: 'Company Longitude (Degrees)',
		isRare: true,
	}),
	'company.metrics.employees': number('How many people work there', { label: 'Company Employees', isRare: true }),
	'company.metrics.market_cap': number('Market capitalization of the company; Crisp does not document the currency', {
		label: 'Company Market Cap',
		isRare: true,
	}),
	'company.metrics.raised': number('Money the company raised; Crisp does not document the currency', {
		label: 'Company Money Raised',
		isRare: true,
	}),
	'company.metrics.arr': number('Annual recurring revenue of the company; Crisp does not document the currency', {
		label: 'Company ARR',
		isRare: true,
	}),
	segments,
	new_segments: newSegments(),
	notepad: longText('Private notes on the person'),
	active: instant('When the person was last active', { label: 'Last Active', isRare: true }),
};
