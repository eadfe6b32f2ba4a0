import { registerAzureTag, type AZURE_TAG, type AzureFaceUi } from './azure.js';
import { BonafideLiveness } from './element.js';

export { AZURE_TAG, AzureFaceUi, registerAzureTag } from './azure.js';
export { BonafideLiveness, LivenessFailure, type LivenessCompletion } from './element.js';
export type { RecognitionErrorName } from './problems.js';
export type { LivenessErrorName } from '@bonafide/protocol';
export { LANGUAGES, type Language } from '@bonafide/protocol';
export type { StringKey } from './strings/en.js';

/** The element's own tag. */
export const TAG = 'bonafide-liveness';

const registry = globalThis.customElements as CustomElementRegistry | undefined;
if (registry && !registry.get(TAG)) registry.define(TAG, BonafideLiveness);
// Of a module there is no current script: it calls registerAzureTag().
if (registry && document.currentScript?.hasAttribute('data-azure-tag')) registerAzureTag();

declare global {
  interface HTMLElementTagNameMap {
    [TAG]: BonafideLiveness;
    [AZURE_TAG]: AzureFaceUi;
  }
}
