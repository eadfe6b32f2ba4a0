/** A number of the rules and where it comes from. */
interface Sourced {
  value: number;
  unit: string;
  origin: string;
}

/** What counts as abuse, and what follows. */
export interface AbuseRules {
  /** Nothing older counts, and nothing older is kept. */
  window: Sourced;
  /** matchConfidence from which two clips show the same face. */
  sameFaceConfidence: Sourced;
  /** A face that is seen under more correlation ids than this is abuse. */
  idsOfOneFace: Sourced;
  /** A correlation id with so many attempts called `spoofface` is abuse. */
  spoofsOfOneId: Sourced;
  /** So many failed checks of one device ... */
  failures: Sourced;
  /** ... within so long a time bring a time-out: */
  failuresWithin: Sourced;
  /** the first, the second, and every further one of the window. */
  timeOuts: readonly Sourced[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AWS_LIMITS =
  'Amazon Rekognition Face Liveness, recommendations for use: five failed checks of a device within three minutes ' +
  'are answered by a time-out of 30 to 60 minutes, and by a block where that repeats three to five times';

export const ABUSE_RULES: AbuseRules = {
  window: { value: 48 * HOUR_MS, unit: 'ms', origin: 'as long as the contract keeps sessions' },
  sameFaceConfidence: {
    value: 0.9,
    unit: 'matchConfidence',
    origin:
      'well above the 0.5 of a single comparison (false match rate 1e-3), because one face meets thousands here',
  },
  idsOfOneFace: {
    value: 3,
    unit: 'correlation ids',
    origin:
      'a person with a telephone, a tablet and a computer is none; one id more is unusual within two days',
  },
  spoofsOfOneId: {
    value: 5,
    unit: 'attempts',
    origin:
      'binomial: where 3 % of bona fide attempts are called spoofface (the bound of the design), five in twenty ' +
      'attempts come to 3 people in 10,000',
  },
  failures: { value: 5, unit: 'attempts', origin: AWS_LIMITS },
  failuresWithin: { value: 3 * MINUTE_MS, unit: 'ms', origin: AWS_LIMITS },
  timeOuts: [
    { value: 30 * MINUTE_MS, unit: 'ms', origin: AWS_LIMITS },
    { value: 60 * MINUTE_MS, unit: 'ms', origin: AWS_LIMITS },
    { value: 24 * HOUR_MS, unit: 'ms', origin: `${AWS_LIMITS}; ours ends by itself` },
  ],
};
