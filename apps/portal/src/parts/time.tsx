/** A time of the service, in UTC as everywhere in the product, to the second. */
export function Time({ at }: { at: string }) {
  return <time dateTime={at}>{printTime(at)}</time>;
}

export function printTime(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}
