import { identifier, secret, type Fields } from '../field';

/** The second proof of identity that Crisp requires for sensitive actions, such as a deletion. */
export const verificationSecret: Fields = {
	'verify.method': identifier("Name of the verification method in Crisp's API", {
		label: 'Verification Method',
		required: true,
		fallback: 'password',
	}),
	'verify.secret': secret('Secret for this method, such as the password of your account', {
		label: 'Verification Secret',
		required: true,
	}),
};
