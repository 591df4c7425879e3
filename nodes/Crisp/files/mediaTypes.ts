import { UserError } from 'n8n-workflow';

/** The media type of a file whose type is unknown. */
export const unknownType = 'application/octet-stream';

/** RFC 9110: a type and a subtype are tokens. */
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}";
const bare = new RegExp(`^${token}/${token}$`);
const withParameters = new RegExp(`^${token}/${token}(\\s*;\\s*${token}=(${token}|"[ !#-\\[\\]-~]{0,100}"))*$`);

/** The media type in a header or a message, in lower case and without parameters; undefined if it is not one. */
export function mediaTypeIn(value: unknown): string | undefined {
	const [type = ''] = typeof value === 'string' ? value.split(';', 1) : [];
	return bare.test(type.trim()) ? type.trim().toLowerCase() : undefined;
}

/** Checks a media type, which becomes a header of the upload. Throws a UserError for an invalid one. */
export function checkedType(type: string): string {
	if (withParameters.test(type)) return type;
	throw new UserError(`'MIME Type' is not a media type: ${JSON.stringify(type.slice(0, 80))}`, {
		description: 'Give one such as application/pdf, or remove the field if the file has a media type itself.',
	});
}

/** Media types of files that people send most, by the extension of the name (IANA). */
const byExtension: Record<string, string> = {
	csv: 'text/csv',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	gif: 'image/gif',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	mp3: 'audio/mpeg',
	mp4: 'video/mp4',
	pdf: 'application/pdf',
	png: 'image/png',
	pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
	svg: 'image/svg+xml',
	txt: 'text/plain',
	webm: 'video/webm',
	webp: 'image/webp',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	zip: 'application/zip',
};

/** The media type that the extension of a name stands for; undefined for an extension that is not known. */
export function typeByExtension(name: string): string | undefined {
	const extension = name.split('.').slice(1).at(-1)?.toLowerCase() ?? '';
	return Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
}
