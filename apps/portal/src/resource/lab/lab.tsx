import { take, type Answer } from '../../api.js';
import { Loaded, useLoading } from '../../parts/loaded.js';
import { Section, Table } from '../../parts/page.js';
import { useSignedIn } from '../../signed-in.js';
import { useResource } from '../use-resource.js';
import { LabPage } from './lab-page.js';
import { Record } from './record.js';

type Growth = Answer<'/management/v1/resources/{name}/lab'>;

/** The set of the lab: how it grows, and the way to add to it. */
export default function Lab() {
  const { http } = useSignedIn();
  const { resource, mayChange } = useResource();
  const path = { name: resource.name };
  const growth = useLoading(
    () => take(http.GET('/management/v1/resources/{name}/lab', { params: { path } })),
    resource.name,
  );
  return (
    <LabPage title="Lab">
      <Section title="The set">
        <p>
          Presentations that you record here, with what they really show. Measure error rates on them, and
          calibrate by them. They are no live sessions.
        </p>
        <Loaded of={growth}>
          {(set) => (
            <>
              <SetTable set={set} />
              {mayChange && set.bonaFide.recorded + set.species.length > 0 && (
                <div class="actions">
                  <a
                    class="button"
                    href={`/management/v1/resources/${encodeURIComponent(resource.name)}/lab/export`}
                    download
                  >
                    Export for bonafide evaluate
                  </a>
                </div>
              )}
            </>
          )}
        </Loaded>
      </Section>
      {mayChange && <Record species={growth.value?.species ?? []} onRecorded={growth.reload} />}
    </LabPage>
  );
}

function SetTable({ set: { bonaFide, species, subjects, targets } }: { set: Growth }) {
  const rows = [
    { name: 'bona fide', ...bonaFide, target: targets.bonaFide },
    ...species.map(({ species: name, ...counts }) => ({ name, ...counts, target: targets.species })),
  ];
  return (
    <>
      <Table label="How the set grows">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Recorded</th>
            <th scope="col">Subjects</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, recorded, target, subjects: people }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">
                {recorded} of {target}
                <br />
                <progress
                  max={target}
                  value={Math.min(recorded, target)}
                  aria-label={`${name}: ${recorded} of ${target}`}
                />
              </td>
              <td class="number">{people}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="muted">
        {subjects} {subjects === 1 ? 'subject' : 'subjects'} in all.
        {species.length === 0 && ` Attacks count towards ${targets.species} of each species.`}
      </p>
    </>
  );
}
