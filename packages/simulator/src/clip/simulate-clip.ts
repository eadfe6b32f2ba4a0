import {
  anmfData,
  captureChain,
  muxWebp,
  type CaptureMetadata,
  type Companion,
  type Sha256,
} from '@bonafide/protocol';
import { Camera, drawCamera, type CameraModel } from '../camera/camera.js';
import { filtered, type Rgb } from '../colour.js';
import { between, randomOf } from '../random.js';
import { Renderer, type PersonState, type Size } from '../render-person.js';
import { findScenario } from '../scenarios.js';
import type { ClipOptions, ClipSession, Codecs, Picture, Setting } from '../setting.js';
import type { Moment } from '../subject.js';
import { playScript, type Script } from './script.js';
import { takeFrames, type TakenFrame } from './timing.js';

export interface ClipRequest {
  /** A name of {@link SCENARIOS}. */
  scenario: string;
  seed: number;
  session: ClipSession;
  options?: ClipOptions;
}

/**
 * Makes a clip as a client would have captured it, and its companion. The same request gives the same frames.
 * @throws RangeError when there is no such scenario
 */
export async function simulateClip(
  { scenario: name, seed, session, options = {} }: ClipRequest,
  codecs: Codecs,
  sha256: Sha256,
): Promise<{ file: Uint8Array; companion: Companion }> {
  const scenario = findScenario(name);
  const random = randomOf(seed, 'setting');
  const ambientLevel = options.ambient ?? between(random, 0.35, 0.9);
  const warmth = between(random, -0.12, 0.12);
  const handheld = random() < 0.6;
  const setting: Setting = {
    seed,
    size: options.size ?? (handheld ? { width: 480, height: 640 } : { width: 640, height: 480 }),
    tone: options.tone,
    ambient: [ambientLevel * (1 + warmth), ambientLevel, ambientLevel * (1 - warmth)],
    screenShare: options.screenShare ?? between(random, 0.06, 0.25),
    handheld,
    session,
    ...scenario.setting?.(options),
  };
  const aspect = setting.size.width / Math.min(setting.size.width, setting.size.height);
  const script = playScript(session.challenge, seed, { handheld: setting.handheld, aspect });
  const drawn = drawCamera(seed, setting.ambient[1]);
  const camera = { ...drawn, ...(options.quality !== undefined && { quality: options.quality }) };
  const frames = takeFrames(script, camera, setting.size, seed);
  const pictures = film(scenario.present(setting, script), script, frames, camera, setting);
  const feed = scenario.tamper?.(pictures, frames, setting) ?? { pictures, frames };

  const data: Uint8Array[] = [];
  for (const [k, picture] of feed.pictures.entries()) {
    const recompressed =
      scenario.jpegQuality === undefined ? picture : await viaJpeg(picture, scenario.jpegQuality, codecs);
    const file = await codecs.webp(recompressed, camera.quality);
    data.push(anmfData({ file, ...setting.size, durationMs: durationOf(feed.frames, k) }));
  }
  const { sessionId, nonce, challenge } = session;
  const metas = feed.frames.map(({ meta }) => meta);
  const chained = metas.map((meta, k) => ({ meta, data: data[k] ?? new Uint8Array() }));
  const metadata: CaptureMetadata = {
    schema: 'bonafide-capture/1',
    sessionId,
    nonce,
    client: { name: 'bonafide-simulator', version: '0.1.0' },
    screen: { width: 390, height: 844, devicePixelRatio: 3 },
    camera: { label: 'Front Camera', settings: { ...setting.size, frameRate: 30, facingMode: 'user' } },
    steps: script.steps,
    light: script.light,
    events: [],
    frames: metas,
    chain: await captureChain(sessionId, nonce, chained, sha256),
  };
  return {
    file: muxWebp(setting.size, data),
    companion: { schema: 'bonafide-companion/1', sessionId, nonce, challenge, metadata },
  };
}

/** Has the camera run before a subject, and keeps the frames that the client keeps. */
function film(
  subject: ReturnType<ReturnType<typeof findScenario>['present']>,
  script: Script,
  frames: readonly TakenFrame[],
  model: CameraModel,
  { size, ambient, screenShare, seed }: Setting,
): Picture[] {
  const renderer = new Renderer(size);
  const camera = new Camera(model, size, seed);
  const white = filtered([screenShare, screenShare, screenShare], [ambient[1], ambient[1], ambient[1]]);
  return frames.map(({ sensorMs }) => {
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
  });
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
