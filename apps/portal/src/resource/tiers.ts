/** Tiers with what they allow, as Azure names them. */
export const TIERS = [
  ['F0', 'F0: 20 calls a minute'],
  ['S0', 'S0: 10 calls a second'],
] as const;
