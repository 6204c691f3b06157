// Preloaded (`node -r`) before every program of this package, so that a Node that is too old says so
// in one sentence instead of failing on the first piece of syntax it does not know. CommonJS and old
// syntax on purpose: this file itself must be readable to any Node.
var running = process.versions.node;

if (Number(running.split('.')[0]) < 24) {
  process.stderr.write(
    'Patchcord needs Node 24 or newer and this is Node ' +
      running +
      ': run `npm ci` in a checkout, which brings its own Node 24 for the npm scripts, or install Node 24.\n',
  );
  process.exit(2);
}
