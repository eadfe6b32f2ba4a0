import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { take, type Answer, type SessionDetail } from '../api.js';
import { Loaded, useLoading } from '../parts/loaded.js';
import { Notice } from '../parts/notice.js';
import { useSignedIn } from '../signed-in.js';
import type { Analysis, Rectangle } from './analysis.js';
import { useResource } from './use-resource.js';

type Kept = Answer<'/management/v1/resources/{name}/sessions/{id}/attempts/{attempt}/pictures'>;
interface Shown {
  jpeg: string;
  width: number;
  height: number;
}

/** What is kept of an attempt, with the face that was found. It is fetched when somebody asks for it, since each look is noted. */
export function Pictures(attempt: { session: SessionDetail; attemptId: number; analysis: Analysis }) {
  const [shown, setShown] = useState(false);
  if (shown) return <ShownPictures {...attempt} />;
  return (
    <div class="actions">
      <button type="button" onClick={() => setShown(true)}>
        Show pictures
      </button>
      <span class="muted">The audit log notes who looked.</span>
    </div>
  );
}

function ShownPictures({
  session,
  attemptId,
  analysis,
}: {
  session: SessionDetail;
  attemptId: number;
  analysis: Analysis;
}) {
  const { http } = useSignedIn();
  const { resource } = useResource();
  const path = { name: resource.name, id: session.id, attempt: attemptId };
  const kept = useLoading(
    () =>
      take(
        http.GET('/management/v1/resources/{name}/sessions/{id}/attempts/{attempt}/pictures', {
          params: { path },
        }),
      ),
    `${session.id} ${attemptId}`,
  );
  return (
    <Loaded of={kept}>
      {(pictures) => (
        <>
          {pictures.frames.length > 0 ? (
            <Film frames={pictures.frames} analysis={analysis} />
          ) : (
            <WithoutClip picture={targetOf(pictures, analysis)} analysis={analysis} />
          )}
          {session.kind === 'livenessWithVerify' && (
            <Pair session={session} attemptId={attemptId} kept={pictures} analysis={analysis} />
          )}
        </>
      )}
    </Loaded>
  );
}

/** The frames of the clip: one large, and all of them small, to choose from. */
function Film({ frames, analysis }: { frames: readonly Shown[]; analysis: Analysis }) {
  const target = analysis.target?.frameIndex ?? 0;
  const [chosen, setChosen] = useState(target);
  const large = frames[chosen];
  const nameOf = (k: number) => {
    const seen = analysis.frames?.[k];
    const at = seen ? `, ${(seen.timeMs / 1000).toFixed(2)} s` : '';
    const fault = seen && !seen.usable ? `, not used: ${seen.failed.join(', ')}` : '';
    return `Frame ${k + 1} of ${frames.length}${at}${k === target ? ', stands for the decision' : ''}${fault}`;
  };
  return (
    <div class="film">
      {large && <Framed picture={large} box={boxOf(analysis, chosen)} caption={nameOf(chosen)} />}
      <div class="strip" role="group" aria-label="Frames of the clip">
        {frames.map((frame, k) => (
          <button
            key={k}
            type="button"
            class={k === target ? 'target' : ''}
            aria-pressed={k === chosen}
            aria-label={nameOf(k)}
            onClick={() => setChosen(k)}
          >
            <Boxed picture={frame} box={boxOf(analysis, k)} />
          </button>
        ))}
      </div>
    </div>
  );
}

/** The one picture of an attempt whose clip is not kept, and why there are no more. */
function WithoutClip({ picture, analysis }: { picture: Shown | null; analysis: Analysis }) {
  const clips = useClipHours();
  return (
    <>
      {picture && (
        <Framed
          picture={picture}
          box={analysis.target?.faceRectangle ?? null}
          caption="The picture that stands for the decision."
        />
      )}
      <Notice kind="hint">
        {picture ? 'The clip itself is not kept' : 'No picture of this attempt is kept'}: the policy keeps
        clips, {clips}.
        {!picture && ' A session image is kept where the session asked for one and the policy allows it.'}
      </Notice>
    </>
  );
}

/** The two faces that were compared, side by side. */
function Pair({
  session,
  attemptId,
  kept,
  analysis,
}: {
  session: SessionDetail;
  attemptId: number;
  kept: Kept;
  analysis: Analysis;
}) {
  const clips = useClipHours();
  const outcome = session.calls.find((call) => call.attemptId === attemptId)?.outcome;
  const verification = outcome && 'decision' in outcome ? outcome.verification : null;
  const target = targetOf(kept, analysis);
  return (
    <>
      <h3>Comparison of faces</h3>
      <p>
        {verification
          ? `Confidence that both are one person: ${verification.matchConfidence.toFixed(3)}, ${
              verification.isIdentical ? 'taken for the same' : 'not taken for the same'
            }.`
          : 'Nothing was compared in this attempt.'}
      </p>
      <div class="pair">
        {kept.reference ? (
          <Framed
            picture={kept.reference}
            box={session.reference?.faceRectangle ?? null}
            caption="The reference photograph."
          />
        ) : (
          <Missing caption="The reference photograph.">
            Not kept, only its SHA-256 and its template are. The policy keeps photographs with clips, {clips}.
          </Missing>
        )}
        {target ? (
          <Framed
            picture={target}
            box={analysis.target?.faceRectangle ?? null}
            caption="The capture, where it stands for the decision."
          />
        ) : (
          <Missing caption="The capture.">No picture of it is kept.</Missing>
        )}
      </div>
    </>
  );
}

/** How long the policy keeps clips at present, in words. */
function useClipHours(): string {
  const { clips, clipHours } = useResource().resource.policy;
  return clips === 'on' ? `now for ${clipHours} hours` : 'now never';
}

function Missing({ caption, children }: { caption: string; children: ComponentChildren }) {
  return (
    <figure>
      <p class="missing">{children}</p>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

function Framed({ picture, box, caption }: { picture: Shown; box: Rectangle | null; caption: string }) {
  return (
    <figure>
      <Boxed picture={picture} box={box} label={`${caption} ${box ? 'The face is framed.' : ''}`} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** A picture with the face in it framed; without a label it is named by what is around it. */
function Boxed({
  picture: { jpeg, width, height },
  box,
  label,
}: {
  picture: Shown;
  box: Rectangle | null;
  label?: string;
}) {
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      class="boxes picture"
      {...(label === undefined
        ? { 'aria-hidden': 'true' as const }
        : { role: 'img' as const, 'aria-label': label })}
    >
      <image href={`data:image/jpeg;base64,${jpeg}`} width={width} height={height} />
      {box && <rect x={box.left} y={box.top} width={box.width} height={box.height} class="usable" />}
    </svg>
  );
}

/** The frame that stands for the decision: of the clip, or the session image. */
function targetOf({ frames, sessionImage }: Kept, { target, frames: seen }: Analysis): Shown | null {
  if (!target) return null;
  const frame = frames[target.frameIndex];
  if (frame) return frame;
  const size = seen?.[target.frameIndex];
  return sessionImage !== null && size
    ? { jpeg: sessionImage, width: size.width, height: size.height }
    : null;
}

function boxOf({ frames }: Analysis, k: number): Rectangle | null {
  return frames?.[k]?.face?.rectangle ?? null;
}
