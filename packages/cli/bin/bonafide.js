#!/usr/bin/env node
// The command: a file that npm can link before anything is built.
import { run } from '../dist/main.js';

// Whoever reads the output may stop in the middle, as `head` does; the work goes on to its end all the same.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await run(process.argv.slice(2));
