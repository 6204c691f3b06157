#!/usr/bin/env node
// What the package's `bin` runs: the version check first, in syntax that any Node reads, then the compiled program.
require('../scripts/check-node.cjs');

void import('../dist/src/main.js');
