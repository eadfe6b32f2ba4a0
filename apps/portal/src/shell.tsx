import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { take } from './api.js';
import { useSignedIn } from './signed-in.js';

/** What is around every page: where one is, and who one is. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { http, me, leave } = useSignedIn();
  const isOwner = me.person.roles.some(({ role }) => role === 'Owner');

  async function signOut() {
    await take(http.POST('/management/v1/sign-out')).finally(leave);
  }

  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header class="top">
        <a class="brand" href="/portal">
          <img src="/portal/assets/icon.svg" alt="" width="28" height="28" />
          Bonafide
        </a>
        <nav aria-label="Portal">
          <Link href="/portal">Resources</Link>
          {isOwner && <Link href="/portal/people">People</Link>}
          {me.highestRole === 'Owner' && <Link href="/portal/recognition">Recognition</Link>}
          {me.highestRole && <Link href="/portal/audit">Audit log</Link>}
        </nav>
        <div class="who">
          <a href="/portal/account">{me.person.name}</a>
          <button type="button" class="quiet" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </header>
      <div id="content">{children}</div>
    </>
  );
}

/** A link that says when it leads to where one is. */
export function Link({ href, children }: { href: string; children: ComponentChildren }) {
  const { path } = useLocation();
  const isHere = path === href || (href !== '/portal' && path.startsWith(`${href}/`));
  return (
    <a href={href} aria-current={isHere ? 'page' : undefined}>
      {children}
    </a>
  );
}
