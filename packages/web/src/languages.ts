/** Languages of the client besides English: one file each in `strings/`, built to an asset each. */
export const LANGUAGES = ['de'] as const;

export type Language = (typeof LANGUAGES)[number];
