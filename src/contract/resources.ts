/** What the routes of the API are about, in the order of the reference page. */
export const RESOURCES = {
  'call events': 'What phone systems report: calls as they happen, and their recordings.',
  calls: 'The ledger: what became of each call in each CRM, and what people can do about it.',
  recordings: 'What was said, on its way to the CRM: state, bytes and links.',
  'live events':
    'What happens now, as it happens: for the screens of people at phones, and for lists.',
  callers: 'Who a number belongs to in the CRMs of the organization.',
  contacts: "The copy of the CRMs' contacts, and how it is kept up to date.",
  connections: 'The CRMs of the organization: property values, options, state.',
  'user links': 'Which user of a CRM an extension is.',
  integrations: 'The documents that describe CRMs, and their versions.',
  extensions: "The users of the organization's phone systems.",
  'phone systems': 'The sources of call events.',
  'shared phone systems':
    'Phone systems of the operator that serve several organizations: each event names one by its domain.',
  keys: 'The API keys of the organization.',
  organizations: "The operator's customers.",
  server: 'The server itself, for operators and their machines.',
} as const;

export type Resource = keyof typeof RESOURCES;
