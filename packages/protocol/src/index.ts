export * from './liveness.js';
export * from './errors.js';
export * from './quality.js';
export * from './challenge.js';
export * from './capture.js';
export * from './companion.js';
