import { list } from '../field';

/** Hosts besides Crisp's storage from which a file is read. */
export const otherHosts = list(
	"Hosts besides Crisp's storage that the file may be read from, separated by commas: exact names, without https://",
	{ label: 'Other Hosts', example: 'files.example.com, media.example.com' },
);
