import type { Challenge } from '@bonafide/protocol';
import type { Rgb } from './colour.js';
import type { Size } from './render-person.js';
import type { LightPlaces } from './scene/rasterise.js';

/** A picture of interleaved 8-bit sRGB. */
export interface Picture extends Size {
  rgb: Uint8ClampedArray<ArrayBuffer>;
}

/** What the place that the simulator runs in must provide: there are encoders for Node and for the browser. */
export interface Codecs {
  /** A still lossy WebP file; quality 0..100. */
  webp(picture: Picture, quality: number): Promise<Uint8Array>;
  /** The picture after it was a JPEG file; needed only by scenarios that recompress. */
  jpeg?(picture: Picture, quality: number): Promise<Picture>;
}

/** The session that a clip is made for. */
export interface ClipSession {
  /** UUID. */
  sessionId: string;
  /** Base64url. */
  nonce: string;
  challenge: Challenge;
}

/** What may be chosen; what is left out is drawn from the seed. */
export interface ClipOptions {
  /** 0 = the lightest skin, 1 = the darkest. */
  tone?: number;
  /** The face's light by a white screen at 40 cm as a share of the ambient light. */
  screenShare?: number;
  /** Ambient light, 1 = a bright room. */
  ambient?: number;
  size?: Size;
  /** Of the encoder, 0..100. */
  quality?: number;
}

/** Where and how a clip is taken, whatever stands before the camera. */
export interface Setting {
  seed: number;
  size: Size;
  /** Skin tone that was asked for. */
  tone: number | undefined;
  /** Linear colour of the ambient light, 1 = a bright room. */
  ambient: Rgb;
  /** Where that light comes from, and where the screen is. */
  places: LightPlaces;
  /** The face's light by a white screen at 40 cm as a share of the ambient light. */
  screenShare: number;
  /** A phone in the hand; otherwise a laptop that stands. */
  handheld: boolean;
  session: ClipSession;
}
