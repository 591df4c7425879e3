/** Looks of chatbox and help desk. Crisp prints no list of them, so that any other is let through. */
export const colorModes = { auto: 'Automatic', dark: 'Dark', light: 'Light', '*': 'Any Other' };

/** The names that the chatbox itself takes for its color. */
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
