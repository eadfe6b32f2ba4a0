/** Markup that is safe to put into a page as it stands. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | null | readonly Value[];

/** A template of HTML: values are escaped unless they are {@link Html}; lists are joined, null leaves nothing. */
export function html(literals: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(literals.map((literal, index) => literal + render(values[index] ?? null)).join(''));
}

function render(value: Value): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
