/** The worker that finds faces: tfjs on WebAssembly with BlazeFace and Face Mesh, whose files lie beside it. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import { env, ready, setBackend, tensor4d, type Tensor } from '@tensorflow/tfjs-core';
import {
  DETECTOR_INPUT,
  DETECTOR_PIXELS,
  detectorView,
  readDetections,
  type Detection,
} from './blazeface.js';
import {
  MESH_INPUT,
  MESH_PIXELS,
  measureFace,
  meshView,
  readMesh,
  regionOfDetection,
  regionOfMesh,
  regionsAgree,
  type FaceMeasure,
  type Mesh,
  type MeshRegion,
} from './face-mesh.js';
import { sampleRgb, type Pixels } from './sampler.js';

/** What the page asks. */
export type FinderRequest =
  { kind: 'load'; assetBase: string } | { kind: 'look'; id: number; picture: Pixels; alone: boolean };

/** What was seen in one picture. */
export interface Sight {
  /** Faces of comparable size. */
  faces: number;
  /** The largest or followed face. */
  face: FaceMeasure | null;
}

export type FinderAnswer =
  { kind: 'ready' } | { kind: 'failed'; message: string } | { kind: 'seen'; id: number; sight: Sight };

/** A mesh below this confidence shows no face; as in the service. */
const FACE_FLAG = 0.5;
/** The whole picture is searched again after so many that only followed the face. */
const SEARCH_EVERY = 6;
/** After so many looks around what was found the whole picture is searched, too. */
const MAX_PASSES = 3;
/** Another face counts when it is at least so wide as a share of the followed one: people behind are not asked to leave. */
const COMPARABLE_WIDTH = 0.6;
/** Outputs of the mesh graph. */
const MESH_OUTPUTS = ['Identity_2', 'Identity_1'];

const scope = self as unknown as {
  postMessage(answer: FinderAnswer): void;
  onmessage: ((event: { data: FinderRequest }) => void) | null;
};

/** Finds faces in consecutive pictures. */
class Finder {
  private followed: Mesh | null = null;
  private sinceSearch = 0;
  private faces = 0;

  private constructor(
    private readonly detector: GraphModel,
    private readonly mesh: GraphModel,
  ) {}

  /** @param assetBase folder of the files, with a slash at its end */
  static async load(assetBase: string): Promise<Finder> {
    // Threads would need cross-origin isolation, and graphics without hardware take a second a frame.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths(assetBase);
    await setBackend('wasm');
    await ready();
    const [detector, mesh] = await Promise.all([
      loadGraphModel(`${assetBase}blazeface.json`),
      loadGraphModel(`${assetBase}facemesh.json`),
    ]);
    const finder = new Finder(detector, mesh);
    // The first run of a graph takes far longer than the others.
    const blank = { data: new Uint8ClampedArray(4 * 64 * 64), width: 64, height: 64 };
    finder.detect(blank);
    finder.findMesh(blank, { x: 32, y: 32, side: 64, angle: 0 });
    return finder;
  }

  /** @param alone the picture belongs to no sequence */
  look(picture: Pixels, alone: boolean): Sight {
    if (alone) this.followed = null;
    let mesh = this.followed && this.follow(picture, this.followed);
    this.sinceSearch++;
    if (!mesh || this.sinceSearch > SEARCH_EVERY) {
      const detections = this.detect(picture);
      this.sinceSearch = 0;
      const [largest] = detections;
      if (!mesh && largest) mesh = this.findMesh(picture, regionOfDetection(largest));
      const widest = largest?.width ?? 0;
      this.faces = mesh
        ? Math.max(1, detections.filter(({ width }) => width >= COMPARABLE_WIDTH * widest).length)
        : 0;
    }
    this.followed = mesh;
    return { faces: this.faces, face: mesh && measureFace(mesh, picture) };
  }

  /** The face of an earlier picture; null where it is not found near there. A slow phone looks seldom, so that it is far from there. */
  private follow(picture: Pixels, last: Mesh): Mesh | null {
    let region = regionOfMesh(last);
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const mesh = this.findMesh(picture, region);
      if (!mesh) return null;
      const found = regionOfMesh(mesh);
      if (regionsAgree(region, found)) return mesh;
      region = found;
    }
    return null;
  }

  private detect(picture: Pixels): Detection[] {
    const view = detectorView(picture);
    const outputs = this.run(this.detector, sampleRgb(picture, view, DETECTOR_INPUT, DETECTOR_PIXELS));
    // Scores of the coarse and the fine grid, then boxes of both: each is larger than the last.
    const [coarse, fine, coarseBoxes, fineBoxes] = outputs.sort((one, other) => one.length - other.length);
    if (!coarse || !fine || !coarseBoxes || !fineBoxes) throw new Error('expected four outputs of blazeface');
    return readDetections(
      [
        { scores: fine, boxes: fineBoxes },
        { scores: coarse, boxes: coarseBoxes },
      ],
      view,
    );
  }

  private findMesh(picture: Pixels, region: MeshRegion): Mesh | null {
    const view = meshView(region);
    const input = sampleRgb(picture, view, MESH_INPUT, MESH_PIXELS);
    const [landmarks, flag] = this.run(this.mesh, input, MESH_OUTPUTS);
    if (!landmarks || !flag) throw new Error('expected two outputs of facemesh');
    return (flag[0] ?? 0) >= FACE_FLAG ? readMesh(landmarks, view) : null;
  }

  private run(model: GraphModel, pixels: Float32Array, outputs?: string[]): Float32Array[] {
    const side = Math.sqrt(pixels.length / 3);
    const input = tensor4d(pixels, [1, side, side, 3]);
    const results = model.execute(input, outputs) as Tensor | Tensor[];
    const tensors = Array.isArray(results) ? results : [results];
    const values = tensors.map((tensor) => tensor.dataSync<'float32'>());
    for (const tensor of [input, ...tensors]) tensor.dispose();
    return values;
  }
}

let loading: Promise<Finder> | null = null;

scope.onmessage = ({ data: request }) => {
  if (request.kind === 'load') loading = Finder.load(request.assetBase);
  loading
    ?.then((finder) => {
      if (request.kind === 'load') scope.postMessage({ kind: 'ready' });
      else
        scope.postMessage({
          kind: 'seen',
          id: request.id,
          sight: finder.look(request.picture, request.alone),
        });
    })
    .catch((error: unknown) => scope.postMessage({ kind: 'failed', message: String(error) }));
};
