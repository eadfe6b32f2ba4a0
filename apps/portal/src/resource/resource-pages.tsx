import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { lazy, Route, Router, useLocation, useRoute } from 'preact-iso';
import { take } from '../api.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Link } from '../shell.js';
import { useSignedIn } from '../signed-in.js';
import Overview from './overview.js';
import { CurrentResource } from './use-resource.js';

const Quickstart = lazy(() => import('./quickstart.js'));
const Sessions = lazy(() => import('./sessions.js'));
const Session = lazy(() => import('./session.js'));
const TryIt = lazy(() => import('./try-it.js'));
const Lab = lazy(() => import('./lab/lab.js'));
const LabPresentations = lazy(() => import('./lab/presentations.js'));
const LabPresentation = lazy(() => import('./lab/presentation.js'));
const LabMeasurements = lazy(() => import('./lab/measurements.js'));
const LabMeasurement = lazy(() => import('./lab/measurement.js'));
const LabCandidates = lazy(() => import('./lab/candidates.js'));
const LabSubjects = lazy(() => import('./lab/subjects.js'));
const Usage = lazy(() => import('./usage.js'));
const Policy = lazy(() => import('./policy.js'));
const Webhooks = lazy(() => import('./webhooks.js'));
const PersonalData = lazy(() => import('./personal-data.js'));
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

function NoPage() {
  return <main>Nothing here.</main>;
}
