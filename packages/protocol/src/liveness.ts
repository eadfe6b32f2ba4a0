/** What a liveness check concluded, in the words of the wire, all the way through. `uncertain` is never a pass. */
export type LivenessDecision = 'realface' | 'spoofface' | 'uncertain';

/** How far a face image can be trusted for recognition; only `high` is recommended for enrolment. */
export type QualityForRecognition = 'low' | 'medium' | 'high';

/** A rectangle in pixels of the uploaded frame after its orientation was applied; origin top left. */
export interface FaceRectangle {
  top: number;
  left: number;
  width: number;
  height: number;
}
