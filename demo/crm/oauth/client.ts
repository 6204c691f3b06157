/** The one application that is registered with the demo CRM. Its secret is public: the records are invented. */
export const CLIENT_ID = 'patchcord';
export const CLIENT_SECRET = 'demo-client-secret';
