/**
 * Whenever what has the focus leaves the page (a form that is done, a row that is removed, the page before), the heading above
 * it that stays gets it, or that of the new page. It would be lost to the body: the keyboard would begin at the top, and a
 * screen reader would say nothing.
 */
export function keepFocus(root: HTMLElement): void {
  let last: Element | null = null;
  let above: HTMLElement[] = [];
  root.addEventListener('focusin', ({ target }) => {
    last = target as Element;
    above = [];
    for (let around = last.closest('section, main'); around; around = aroundOf(around)) {
      const heading = around.querySelector<HTMLElement>('h1, h2');
      if (heading) above.push(heading);
    }
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const heading = above.find(({ isConnected }) => isConnected) ?? root.querySelector('h1');
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  }).observe(root, { childList: true, subtree: true });
}

const aroundOf = ({ parentElement }: Element) => parentElement?.closest('section, main') ?? null;
