import Table from 'cli-table3';

/** A table for the terminal: no frame, one rule below the header, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
  const inner = { 'bottom-left': '', 'bottom-right': '', left: '', mid: '', 'left-mid': '', 'mid-mid': '' };
  const drawn = new Table({
    head: [...header],
    chars: { ...plain, ...inner, right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: header.map((_, column) => (rows.every((row) => isNumber(row[column])) ? 'right' : 'left')),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

/** Names and their values, one a line. */
export function list(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

function isNumber(cell: string | undefined): boolean {
  return cell === undefined || /^[\s–−+\-\d.,%×x:]*( ms)?$/.test(cell);
}
