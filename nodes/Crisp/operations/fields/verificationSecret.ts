import { identifier, secret, type Fields } from '../field';

/** The second proof of identity that Crisp requires for sensitive actions, such as a deletion. */
export const verificationSecret: Fields = {
	'verify.method': identifier('How you prove who you are, as Crisp calls it', {
		label: 'Verification Method',
		required: true,
		fallback: 'password',
	}),
	'verify.secret': secret('What proves it, such as the password of your account', {
		label: 'Verification Secret',
		required: true,
	}),
};
