#!/usr/bin/env node
// The command: a file that npm can link before anything is built.
import '../dist/main.js';
