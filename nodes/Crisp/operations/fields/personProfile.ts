import { choice, identifier, instant, list, longText, number, table, text, type Fields } from '../field';

export const name = text('Full name of the person', { label: 'Name', example: 'Nathan Smith' });

export const segments = list('Segments of the person; they replace the ones the person has', {
	picks: 'personSegment',
});

/** The fields of a profile besides email and name; the same for Create, Update and Replace. */
export const profile: Fields = {
	'person.avatar': identifier('Address of the picture of the person', { label: 'Avatar URL' }),
	'person.gender': choice(['female', 'male', 'other'], 'Gender of the person'),
	'person.phone': identifier('Phone number of the person'),
	'person.address': text('Postal address of the person'),
	'person.description': longText('About the person'),
	'person.website': identifier('Website of the person', { label: 'Website URL' }),
	'person.timezone': number('Offset of the person to UTC, in minutes'),
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
	'person.employment.domain': identifier('Domain of the employer', { label: 'Employer Domain' }),
	'person.employment.title': text('Job title of the person', { label: 'Job Title' }),
	'person.employment.role': text('Role in the company', { label: 'Job Role' }),
	'person.employment.seniority': text('How senior the person is', { label: 'Job Seniority' }),
	'person.geolocation.country': identifier('Country of the person, as two letters', {
		label: 'Country',
		example: 'FR',
	}),
	'person.geolocation.region': text('Region of the person', { label: 'Region' }),
	'person.geolocation.city': text('City of the person', { label: 'City' }),
	'person.geolocation.coordinates.latitude': number('Where the person is, in degrees', { label: 'Latitude' }),
	'person.geolocation.coordinates.longitude': number('Where the person is, in degrees', { label: 'Longitude' }),
	'company.name': text('Name of the company'),
	'company.legal_name': text('Name the company is registered under'),
	'company.domain': identifier('Domain of the company', { example: 'example.com' }),
	'company.url': identifier('Website of the company'),
	'company.description': longText('About the company'),
	'company.timezone': number('Offset of the company to UTC, in minutes'),
	'company.phones': list('Phone numbers of the company, separated by commas'),
	'company.emails': list('Emails of the company, separated by commas'),
	'company.tags': list('Tags of the company, separated by commas'),
	'company.geolocation.country': identifier('Country of the company, as two letters', { label: 'Company Country' }),
	'company.geolocation.region': text('Region of the company', { label: 'Company Region' }),
	'company.geolocation.city': text('City of the company', { label: 'Company City' }),
	'company.geolocation.coordinates.latitude': number('Where the company is, in degrees', { label: 'Company Latitude' }),
	'company.geolocation.coordinates.longitude': number('Where the company is, in degrees', {
		label: 'Company Longitude',
	}),
	'company.metrics.employees': number('How many people work there', { label: 'Company Employees' }),
	'company.metrics.market_cap': number('Market capitalization of the company', { label: 'Company Market Cap' }),
	'company.metrics.raised': number('Money the company raised', { label: 'Company Money Raised' }),
	'company.metrics.arr': number('Annual recurring revenue of the company', { label: 'Company ARR' }),
	segments,
	notepad: longText('Private notes on the person'),
	active: instant('When the person was last active', { label: 'Last Active' }),
};
