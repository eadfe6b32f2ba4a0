import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { lazy, Route, Router, useLocation, useRoute } from 'preact-iso';
import { ApiError, take } from '../api.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { RoleNeeded } from '../parts/role-needed.js';
import { Link } from '../shell.js';
import { useSignedIn } from '../signed-in.js';
import { LabPage } from './lab/lab-page.js';
import Overview from './overview.js';
import { CurrentResource, useResource } from './use-resource.js';

const Quickstart = lazy(() => import('./quickstart.js'));
const Sessions = lazy(() => import('./sessions.js'));
const Session = lazy(() => import('./session.js'));
const TryIt = forContributors(
  'Try it',
  lazy(() => import('./try-it.js')),
);
const Lab = lazy(() => import('./lab/lab.js'));
const LabPresentations = forContributors(
  'Presentations',
  lazy(() => import('./lab/presentations.js')),
  LabPage,
);
const LabPresentation = forContributors(
  'Presentation',
  lazy(() => import('./lab/presentation.js')),
  LabPage,
);
const LabMeasurements = lazy(() => import('./lab/measurements.js'));
const LabMeasurement = lazy(() => import('./lab/measurement.js'));
const LabCandidates = lazy(() => import('./lab/candidates.js'));
const LabSubjects = forContributors(
  'Subjects',
  lazy(() => import('./lab/subjects.js')),
  LabPage,
);
const Usage = lazy(() => import('./usage.js'));
const Policy = lazy(() => import('./policy.js'));
const Webhooks = forContributors(
  'Webhooks',
  lazy(() => import('./webhooks.js')),
);
const PersonalData = forContributors(
  'Personal data',
  lazy(() => import('./personal-data.js')),
);
const ResourceAudit = lazy(() => import('./resource-audit.js'));

/** All pages of one resource, with the way between them. */
export default function ResourcePages() {
  const { http } = useSignedIn();
  const name = useRoute().params['name'] ?? '';
  const loading = useLoading(
    () => take(http.GET('/management/v1/resources/{name}', { params: { path: { name } } })),
    name,
  );
  const base = `/portal/resources/${encodeURIComponent(name)}`;
  if (loading.error instanceof ApiError && loading.error.code === 'UnknownName')
    return <NoResource name={name} />;
  return (
    <Loaded of={loading}>
      {(resource) => (
        <CurrentResource.Provider
          value={{ resource, base, mayChange: resource.role !== 'Reader', reload: loading.reload }}
        >
          <Tabs base={base} name={name}>
            <Router>
              <Route path="/overview" component={Overview} />
              <Route path="/quickstart" component={Quickstart} />
              <Route path="/sessions" component={Sessions} />
              <Route path="/sessions/:id" component={Session} />
              <Route path="/try" component={TryIt} />
              <Route path="/lab" component={Lab} />
              <Route path="/lab/presentations" component={LabPresentations} />
              <Route path="/lab/presentations/:id" component={LabPresentation} />
              <Route path="/lab/measurements" component={LabMeasurements} />
              <Route path="/lab/measurements/:id" component={LabMeasurement} />
              <Route path="/lab/candidates" component={LabCandidates} />
              <Route path="/lab/subjects" component={LabSubjects} />
              <Route path="/usage" component={Usage} />
              <Route path="/policy" component={Policy} />
              <Route path="/webhooks" component={Webhooks} />
              <Route path="/personal-data" component={PersonalData} />
              <Route path="/audit" component={ResourceAudit} />
              <Route default component={NoPage} />
            </Router>
          </Tabs>
        </CurrentResource.Provider>
      )}
    </Loaded>
  );
}

function Tabs({ base, name, children }: { base: string; name: string; children: ComponentChildren }) {
  const { path } = useLocation();
  // On a narrow page the tabs scroll on their own; where one is must be in view.
  useEffect(() => {
    document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <>
      <nav class="tabs" aria-label={`Resource ${name}`}>
        <span class="name">{name}</span>
        <Link href={`${base}/overview`}>Overview</Link>
        <Link href={`${base}/quickstart`}>Quickstart</Link>
        <Link href={`${base}/sessions`}>Sessions</Link>
        <Link href={`${base}/try`}>Try it</Link>
        <Link href={`${base}/lab`}>Lab</Link>
        <Link href={`${base}/usage`}>Usage</Link>
        <Link href={`${base}/policy`}>Policy</Link>
        <Link href={`${base}/webhooks`}>Webhooks</Link>
        <Link href={`${base}/personal-data`}>Personal data</Link>
        <Link href={`${base}/audit`}>Audit</Link>
      </nav>
      {children}
    </>
  );
}

/** The page for those whose role allows it, and whom to ask for everybody else; nothing of it is asked for then. */
function forContributors(title: string, Content: ComponentType, Around: typeof Page | typeof LabPage = Page) {
  return function ForContributors() {
    if (useResource().mayChange) return <Content />;
    return (
      <Around title={title}>
        <RoleNeeded />
      </Around>
    );
  };
}

function NoPage() {
  return (
    <Page title="Nothing here">
      <p>This address has no page.</p>
    </Page>
  );
}

/** The same for a name that nobody has and for a resource of others. */
function NoResource({ name }: { name: string }) {
  const { me } = useSignedIn();
  return (
    <Page title="Nothing here">
      <p>
        There is no resource {name}, or you have no role on it. Ask {me.owners.join(' or ')}, or go{' '}
        <a href="/portal">to the resources</a>.
      </p>
    </Page>
  );
}
