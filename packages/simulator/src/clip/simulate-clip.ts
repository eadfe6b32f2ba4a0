import {
  anmfData,
  captureChain,
  muxWebp,
  type CaptureMetadata,
  type Companion,
  type Sha256,
} from '@bonafide/protocol';
import { Camera, drawCamera, type CameraModel } from '../camera/camera.js';
import { Cast } from '../cast.js';
import { filtered, type Rgb } from '../colour.js';
import { between, randomOf } from '../random.js';
import { FACE_WIDTH_CM } from '../person/person.js';
import {
  AT_REST,
  OFFICE_LIGHT,
  placeOfFace,
  Renderer,
  type PersonState,
  type Size,
} from '../render-person.js';
import { screenFalloff, type LightPlaces } from '../scene/rasterise.js';
import { findScenario, type Scenario } from '../scenarios/index.js';
import type { ClipOptions, ClipSession, Codecs, Picture, Setting } from '../setting.js';
import type { Stage } from '../stage.js';
import type { Moment } from '../subject.js';
import { playScript, type Script } from './script.js';
import { takeFrames, type TakenFrame } from './timing.js';

export interface ClipRequest {
  /** A name of {@link SCENARIOS}. */
  scenario: string;
  seed: number;
  session: ClipSession;
  /** An earlier session of the same person, for attacks that use a recording of one. */
  earlier?: ClipSession;
  options?: ClipOptions;
}

/**
 * Makes a clip as a client would have captured it, and its companion. The same request gives the same frames.
 * @param cast the one that the clips before were made with, so that what they have in common is not painted again
 * @throws RangeError when there is no such scenario
 * @throws TypeError when the scenario needs something that was not given
 */
export async function simulateClip(
  request: ClipRequest,
  codecs: Codecs,
  sha256: Sha256,
  cast = new Cast(),
): Promise<{ file: Uint8Array; companion: Companion }> {
  const { seed, session, options = {} } = request;
  const scenario = findScenario(request.scenario);
  const { payload } = scenario;
  const setting = settingOf(request, scenario);
  const earlierSession = (): ClipSession => {
    if (!request.earlier) throw new TypeError(`${scenario.name} needs an earlier session`);
    return request.earlier;
  };
  const aspect = setting.size.width / Math.min(setting.size.width, setting.size.height);
  const play = ({ challenge }: ClipSession, as: number) =>
    playScript(challenge, as, { handheld: setting.handheld, aspect });
  const script = play(payload?.played === 'earlier' ? earlierSession() : session, seed);
  // On another day the same person moves otherwise.
  const stage: Stage = { setting, cast, script, earlier: () => play(earlierSession(), seed ^ ANOTHER_DAY) };

  const drawn = drawCamera(seed, setting.ambient[1]);
  const camera: CameraModel = {
    ...drawn,
    ...(options.quality !== undefined && { quality: options.quality }),
    ...(scenario.virtualCamera && VIRTUAL),
  };
  const frames = takeFrames(script, camera, setting.size, seed);
  const filmed = film(scenario, stage, frames, camera);
  const pictures = scenario.alter?.(filmed, frames, stage) ?? filmed;
  const data: Uint8Array[] = [];
  for (const [k, picture] of pictures.entries()) {
    const recompressed =
      scenario.jpegQuality === undefined ? picture : await viaJpeg(picture, scenario.jpegQuality, codecs);
    const file = await codecs.webp(recompressed, camera.quality);
    data.push(anmfData({ file, ...setting.size, durationMs: durationOf(frames, k) }));
  }
  const claimed = payload?.claims?.(session, earlierSession()) ?? session;
  const metadata = await describeCapture(claimed, stage, frames, data, scenario, sha256);
  return {
    file: muxWebp(setting.size, payload?.damage?.(data) ?? data),
    companion: {
      schema: 'bonafide-companion/1',
      sessionId: session.sessionId,
      nonce: session.nonce,
      challenge: session.challenge,
      metadata,
    },
  };
}

const ANOTHER_DAY = 0x6a09e667;
/** A program that hands a file's frames over by the clock. */
const VIRTUAL: Pick<CameraModel, 'frame' | 'latencyMs'> = {
  frame: { periodMs: 1000 / 30, jitterMs: 0, dropped: 0 },
  latencyMs: 5,
};

function settingOf({ seed, session, options = {} }: ClipRequest, scenario: Scenario): Setting {
  const random = randomOf(seed, 'setting');
  const ambientLevel = options.ambient ?? between(random, 0.35, 0.9);
  const warmth = between(random, -0.12, 0.12);
  const handheld = random() < 0.6;
  return {
    seed,
    size: options.size ?? (handheld ? { width: 480, height: 640 } : { width: 640, height: 480 }),
    tone: options.tone,
    ambient: [ambientLevel * (1 + warmth), ambientLevel, ambientLevel * (1 - warmth)],
    places: drawLight(seed),
    screenShare: options.screenShare ?? between(random, 0.06, 0.25),
    handheld,
    session,
    ...scenario.setting?.(options, seed),
  };
}

/** A lamp or window anywhere before the person, from beside the screen to overhead, and how much it outshines the rest. */
function drawLight(seed: number): LightPlaces {
  const random = randomOf(seed, 'light');
  const radians = (from: number, to: number) => (between(random, from, to) * Math.PI) / 180;
  const [aside, up] = [radians(-75, 75), radians(0, 70)];
  const [x, y, z] = [Math.sin(aside) * Math.cos(up), Math.sin(up), Math.cos(aside) * Math.cos(up)];
  return { ...OFFICE_LIGHT, key: [x, y, z], keyShare: between(random, 0.2, 0.65) };
}

/**
 * How much a white screen adds to the ambient light on the face, as a share of it, where the face is while the challenge
 * plays its colours; null where it plays none.
 */
export function screenOnFace(request: ClipRequest): number | null {
  const { steps } = request.session.challenge;
  const light = steps.findIndex(({ kind }) => kind === 'light');
  const oval = steps.slice(0, Math.max(0, light)).findLast((step) => step.kind === 'oval');
  if (!oval) return null;
  const { screenShare, size } = settingOf(request, findScenario(request.scenario));
  const at = { ...AT_REST, faceCentreX: oval.centreX, faceCentreY: oval.centreY, faceWidth: oval.faceWidth };
  return screenShare * screenFalloff(Math.hypot(...placeOfFace(at, size, FACE_WIDTH_CM)));
}

/** What the client reports of a capture, with the chain over its frames. */
async function describeCapture(
  { sessionId, nonce }: ClipSession,
  { setting, script }: Stage,
  frames: readonly TakenFrame[],
  data: readonly Uint8Array[],
  { virtualCamera }: Scenario,
  sha256: Sha256,
): Promise<CaptureMetadata> {
  const metas = frames.map(({ meta }) => meta);
  const chained = metas.map((meta, k) => ({ meta, data: data[k] ?? new Uint8Array() }));
  const settings = { ...setting.size, frameRate: 30, ...(!virtualCamera && { facingMode: 'user' }) };
  return {
    schema: 'bonafide-capture/1',
    sessionId,
    nonce,
    client: { name: 'bonafide-simulator', version: '0.1.0' },
    screen: { width: 390, height: 844, devicePixelRatio: 3 },
    camera: { label: virtualCamera ? 'Integrated Camera' : 'Front Camera', settings },
    steps: script.steps,
    light: script.light,
    events: [],
    frames: metas,
    chain: await captureChain(sessionId, nonce, chained, sha256),
  };
}

/** Has the camera run before a scenario, and keeps the frames that the client keeps. */
function film(
  scenario: Scenario,
  stage: Stage,
  frames: readonly TakenFrame[],
  model: CameraModel,
): Picture[] {
  const { setting, script } = stage;
  const { size, ambient, screenShare, seed } = setting;
  const subject = scenario.present(stage);
  const renderer = new Renderer(size, setting.places);
  const camera = new Camera(model, size, seed);
  const white = filtered([screenShare, screenShare, screenShare], [ambient[1], ambient[1], ambient[1]]);
  const take = ({ sensorMs }: TakenFrame): Picture => {
    const state = script.stateAt(sensorMs);
    const speed = velocity(script, sensorMs, size);
    const rowMs = model.readoutMs / size.height;
    const moment: Moment = {
      timeMs: sensorMs,
      state,
      light: {
        ambient,
        screen: (row): Rgb =>
          filtered(white, meanScreen(script, sensorMs + (row - size.height / 2) * rowMs, model.exposureMs)),
      },
      shear: { x: speed.x * model.readoutMs, y: speed.y * model.readoutMs },
    };
    const light = subject.draw(renderer, moment);
    const moved = { x: speed.x * model.exposureMs, y: speed.y * model.exposureMs };
    return { rgb: camera.take(light, sensorMs, moved), ...size };
  };
  const pictures: Picture[] = [];
  for (const [k, frame] of frames.entries())
    pictures.push(pictures[scenario.copies?.(k) ?? k] ?? take(frame));
  return pictures;
}

/** The screen's mean colour while a row gathers light. */
function meanScreen(script: Script, timeMs: number, exposureMs: number): Rgb {
  const parts = [-0.75, -0.5, -0.25, 0].map((share) => script.screenAt(timeMs + share * exposureMs));
  const mean = (c: 0 | 1 | 2) => parts.reduce((sum, colour) => sum + colour[c] / parts.length, 0);
  return [mean(0), mean(1), mean(2)];
}

/** How fast the face moves in the picture, px a ms. */
function velocity(script: Script, timeMs: number, { width, height }: Size): { x: number; y: number } {
  const place = (state: PersonState) => ({
    x: (state.faceCentreX + state.shake.x) * width,
    y: (state.faceCentreY + state.shake.y) * height,
  });
  const before = place(script.stateAt(timeMs - 5));
  const after = place(script.stateAt(timeMs + 5));
  return { x: (after.x - before.x) / 10, y: (after.y - before.y) / 10 };
}

async function viaJpeg(picture: Picture, quality: number, { jpeg }: Codecs): Promise<Picture> {
  if (!jpeg) throw new TypeError('this scenario needs a JPEG codec');
  return jpeg(picture, quality);
}

function durationOf(frames: readonly TakenFrame[], k: number): number {
  const [now, next] = [frames[k]?.meta.timeMs, frames[k + 1]?.meta.timeMs];
  return now === undefined || next === undefined ? 100 : Math.max(1, Math.round(next - now));
}
