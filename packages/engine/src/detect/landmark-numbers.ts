/**
 * Numbers of the mesh whose mean is each landmark of the Face API; left is left in the picture, as there. Chosen on the
 * canonical mesh and looked at on photographs. The mesh has no pupils: they are the middle of the eye's outline, so that
 * they do not follow the gaze.
 */
export const LANDMARK_NUMBERS = {
  pupilLeft: [33, 133, 159, 145],
  pupilRight: [263, 362, 386, 374],
  noseTip: [1, 4],
  mouthLeft: [61],
  mouthRight: [291],
  eyebrowLeftOuter: [70, 46],
  eyebrowLeftInner: [107, 55],
  eyeLeftOuter: [33],
  eyeLeftTop: [159],
  eyeLeftBottom: [145],
  eyeLeftInner: [133],
  eyebrowRightInner: [336, 285],
  eyebrowRightOuter: [300, 276],
  eyeRightInner: [362],
  eyeRightTop: [386],
  eyeRightBottom: [374],
  eyeRightOuter: [263],
  noseRootLeft: [193],
  noseRootRight: [417],
  noseLeftAlarTop: [198],
  noseRightAlarTop: [420],
  noseLeftAlarOutTip: [129, 64],
  noseRightAlarOutTip: [358, 294],
  upperLipTop: [0],
  upperLipBottom: [13],
  underLipTop: [14],
  underLipBottom: [17],
} as const satisfies Record<string, readonly number[]>;

/** A landmark of the Face API. */
export type FaceLandmarkName = keyof typeof LANDMARK_NUMBERS;

/** The 27 landmarks of the Face API, in its order. */
export const FACE_LANDMARKS = Object.keys(LANDMARK_NUMBERS) as readonly FaceLandmarkName[];
