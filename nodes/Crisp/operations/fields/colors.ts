/** Looks of chatbox and help desk. Crisp documents no list of them, so that any other value is accepted. */
export const colorModes = { auto: 'Automatic', dark: 'Dark', light: 'Light', '*': 'Any Other' };

/** The names of colors that the chatbox accepts. */
export const colorThemes = [
	'default',
	'amber',
	'black',
	'blue',
	'blue_grey',
	'brown',
	'cyan',
	'deep_orange',
	'deep_purple',
	'green',
	'grey',
	'indigo',
	'light_blue',
	'light_green',
	'orange',
	'pink',
	'purple',
	'red',
	'teal',
	'*',
];
