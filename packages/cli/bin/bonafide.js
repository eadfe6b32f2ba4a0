#!/usr/bin/env node
// The command: a file that npm can link before anything is built.
import { run } from '../dist/main.js';

process.exitCode = await run(process.argv.slice(2));
