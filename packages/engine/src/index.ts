export * from './analysis.js';
export { createEngine, ENGINE_VERSION } from './engine.js';
export {
  createLocalInference,
  openLocalInference,
  readAnswer,
  type Answer,
  type Inference,
  type Job,
  type JobKind,
  type Jobs,
  type WorkerAnswer,
} from './inference.js';
export {
  checkPolicy,
  DEFAULT_POLICY_FILE,
  loadPolicy,
  PolicyError,
  policySha256,
  type Policy,
} from './policy.js';
export { decide, type Evidence, type Verdict } from './decide.js';
export { compareTemplates } from './verify.js';
export { CUES } from './cues/index.js';
export { FACE_LANDMARKS, type FaceLandmarkName } from './detect/landmark-numbers.js';
export { drawColours, drawsFrom, issueChallenge, type ChallengeOptions, type Draw } from './challenge.js';
export {
  findBindingFault,
  readCaptureMetadata,
  type AttemptIdentity,
  type ReadMetadata,
} from './capture-binding.js';
export { decodeFrames, type Frame } from './decode.js';
export { CONTENT_LIMITS, readSource, type ContentLimits, type Source } from './source.js';
export { openNetworks, verifyNetworks, type NetworkRun, type Networks } from './networks.js';
export { ModelError, readManifest, type Checksums, type Weight } from './models.js';
export { expectWeights, inspectWeights, type OwnWeights } from './own-weights.js';
export { isWebp, readWebp, type WebpFile, type WebpFrame } from './webp.js';
