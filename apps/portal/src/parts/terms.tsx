import terms from '../../../../docs/responsible-use.md';

/** The terms of responsible use, from the document itself: headings, lists and paragraphs. */
export function Terms() {
  const blocks = terms.trim().split(/\n{2,}/);
  return (
    <div class="terms" tabIndex={0} role="region" aria-label="Terms of responsible use">
      {blocks.map((block, k) => {
        const heading = /^#+ (.*)$/.exec(block);
        if (heading) return <h3 key={k}>{heading[1]}</h3>;
        const items = block.split(/^(?:\d+\.|[*-]) /m);
        if (items.length > 1)
          return (
            <ul key={k}>
              {items.slice(1).map((item) => (
                <li key={item}>{plain(item)}</li>
              ))}
            </ul>
          );
        return <p key={k}>{plain(block)}</p>;
      })}
    </div>
  );
}

/** Text without the marks of emphasis and code. */
function plain(text: string): string {
  return text.replace(/\*\*|`/g, '').trim();
}
