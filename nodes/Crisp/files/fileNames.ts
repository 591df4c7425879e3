/** Separators of folders, as they are and as a URL escapes them, also several times. */
const separators = /[/\\]|%(?:25)*(?:2f|5c)/i;
/** Characters that a file system or a shell reads as separators or patterns, and those that only look like them. */
const unsafe = /[<>:"|?*\u2044\u2215\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/gu;
/** Control characters, line ends, halves of characters, and invisible ones, among them those that reverse the text. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Devices of Windows, with and without an extension. */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i;
/** File systems allow 255 bytes; the rest is for endings such as .metadata. */
const mostBytes = 200;

/**
 * The name of a file without anything that would lead a program to another folder or hide its extension: the last part
 * of a path, without invisible characters, without dots, dashes and spaces at its beginning, and not a device of
 * Windows. Never empty.
 */
export function safeFileName(given: string): string {
	const last =
		given
			.replace(invisible, '')
			.split(separators)
			.findLast((part) => /[^\s.]/.test(part)) ?? '';
	const name = shortened(trimmed(last.replace(unsafe, '_')));
	if (name === '') return 'file';
	return reserved.test(name) ? `_${name}` : name;
}

/** The name of the file at an address: the last part of its path. */
export function nameIn(url: string): string {
	const last = new URL(url).pathname.split('/').at(-1) ?? '';
	try {
		return safeFileName(decodeURIComponent(last));
	} catch {
		return safeFileName(last);
	}
}

function trimmed(name: string): string {
	return name.replace(/^[\s.~-]+/, '').replace(/(?<![\s.])[\s.]+$/, '');
}

/** Shortens a name before its extension. */
function shortened(name: string): string {
	const [extension = ''] = /\.[^.\s]{1,16}$/.exec(name) ?? [];
	const stem = extension === '' ? name : name.slice(0, -extension.length);
	let kept = '';
	for (const character of stem) {
		if (Buffer.byteLength(kept + character + extension) > mostBytes) return kept + extension;
		kept += character;
	}
	return name;
}
