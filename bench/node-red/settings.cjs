// Node-RED without editor and without a log of each message: it shall be as fast as it can be.
module.exports = {
  flowFile: 'flow.json',
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  credentialSecret: false,
  diagnostics: { enabled: false, ui: false },
  runtimeState: { enabled: false, ui: false },
  telemetry: { enabled: false },
  logging: { console: { level: 'error', metrics: false, audit: false } },
};
