import { render } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { lazy, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { createApi, take, ApiError, type Me } from './api.js';
import { keepFocus } from './parts/keep-focus.js';
import { Notice } from './parts/notice.js';
import { SignedIn, useSignedIn } from './signed-in.js';
import { Shell } from './shell.js';
import { Invitation } from './pages/invitation.js';
import { SignIn } from './pages/sign-in.js';

const Resources = lazy(() => import('./pages/resources.js'));
const NewResource = lazy(() => import('./pages/new-resource.js'));
const ResourcePages = lazy(() => import('./resource/resource-pages.js'));
const People = lazy(() => import('./pages/people.js'));
const AuditLog = lazy(() => import('./pages/audit-log.js'));
const Recognition = lazy(() => import('./pages/recognition.js'));
const Account = lazy(() => import('./pages/account.js'));

/** The portal: whoever is not signed in sees the ways in, everybody else the page of the address. */
function Portal() {
  const [me, setMe] = useState<Me | null | 'loading'>('loading');
  const [problem, setProblem] = useState<Error | null>(null);
  const api = useMemo(() => createApi(() => setMe(null)), []);
  const { path } = useLocation();

  const enter = useCallback(
    (who: Me) => {
      api.setCsrfToken(who.csrfToken);
      setMe(who);
    },
    [api],
  );
  const refresh = useCallback(async () => {
    try {
      enter(await take(api.http.GET('/management/v1/me')));
    } catch (error) {
      if (error instanceof ApiError && error.code === 'SignInRequired') setMe(null);
      else setProblem(error as Error);
    }
  }, [api, enter]);
  useEffect(() => void refresh(), [refresh]);

  if (path === '/portal/invitation') return <Invitation api={api} onSignedIn={enter} />;
  if (problem) return <Notice kind="error">{problem.message}</Notice>;
  if (me === 'loading') return <p class="loading">Loading …</p>;
  if (me === null) return <SignIn api={api} onSignedIn={enter} />;
  return (
    <SignedIn.Provider value={{ ...api, me, refresh, leave: () => setMe(null) }}>
      <Shell>
        <Pages />
      </Shell>
    </SignedIn.Provider>
  );
}

function Pages() {
  return (
    <Router onRouteChange={() => scrollTo(0, 0)}>
      <Route path="/portal" component={Resources} />
      <Route path="/portal/new" component={NewResource} />
      <Route path="/portal/people" component={People} />
      <Route path="/portal/audit" component={AuditLog} />
      <Route path="/portal/recognition" component={Recognition} />
      <Route path="/portal/account" component={Account} />
      <Route path="/portal/resources/:name" component={ToOverview} />
      <Route path="/portal/resources/:name/*" component={ResourcePages} />
      <Route default component={NotFound} />
    </Router>
  );
}

function ToOverview() {
  const { path, route } = useLocation();
  useEffect(() => route(`${path.replace(/\/$/, '')}/overview`, true), [path, route]);
  return null;
}

function NotFound() {
  const { me } = useSignedIn();
  return (
    <main>
      <h1>Nothing here</h1>
      <p>
        {me.person.name}, this address has no page. <a href="/portal">To the resources</a>
      </p>
    </main>
  );
}

const root = document.getElementById('portal');
if (root) {
  keepFocus(root);
  render(
    <LocationProvider scope="/portal">
      <Portal />
    </LocationProvider>,
    root,
  );
}
