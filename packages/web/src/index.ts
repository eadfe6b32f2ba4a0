import { BonafideLiveness } from './element.js';

export { BonafideLiveness, LivenessFailure, type LivenessCompletion } from './element.js';
export type { RecognitionErrorName } from './problems.js';
export type { LivenessErrorName } from '@bonafide/protocol';
export { LANGUAGES, type Language } from './languages.js';
export type { StringKey } from './strings/en.js';

/** The element's own tag. */
export const TAG = 'bonafide-liveness';

const registry = globalThis.customElements as CustomElementRegistry | undefined;
if (registry && !registry.get(TAG)) registry.define(TAG, BonafideLiveness);

declare global {
  interface HTMLElementTagNameMap {
    'bonafide-liveness': BonafideLiveness;
  }
}
