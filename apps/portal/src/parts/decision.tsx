/** A decision: a word with its colour, never the colour alone. */
export function Decision({ value }: { value: 'realface' | 'spoofface' | 'uncertain' }) {
  return <span class={`decision ${value}`}>{value}</span>;
}
