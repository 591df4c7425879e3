/** Names that the words of a value do not say, by the value of "Operation" or "Resource". */
const names: Record<string, string> = {
	addUsage: 'Report Usage',
	analytics: 'Analytics Report',
	decide: 'Accept or Reject',
	exists: 'Check If Exists',
	existsAlternate: 'Check If Alternate Exists',
	flushActive: 'Clear Last Active',
	getAllTree: 'Get Tree',
	getByID: 'Get by ID',
	getMap: 'Locate on Map',
	getMeta: 'Get Details',
	getRouting: 'Get Assignment',
	getUrl: 'Get URL',
	login: 'Log In',
	logout: 'Log Out',
	sendWidgetData: 'Fetch or Edit Widget Data',
	setBlock: 'Block or Unblock',
	signal: 'Send Signaling',
	updateMeta: 'Update Details',
	upsert: 'Create or Update',
	verification: 'Identity Verification',
};

/**
 * The subtitle under the node on the canvas, such as "Get Many Awaiting: Conversation". Of the form, an expression can
 * only read the values; it makes words of them.
 */
export const subtitle = `={{ [$parameter.operation, $parameter.resource].filter(Boolean).map((one) => (${JSON.stringify(names)}[one] || one.replace("getAll", "getMany").replace(/[A-Z]/g, " $&")).replace(/ (And|As|By|To)(?= |$)/g, (word) => word.toLowerCase()).replace(/^./, (first) => first.toUpperCase())).join(": ") }}`;
