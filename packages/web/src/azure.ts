import { BonafideLiveness } from './element.js';
import type { StringKey } from './strings/en.js';
import { withOwnTexts, type Texts } from './strings.js';
import type { Styles } from './view.js';

/** The tag of Azure's web SDK. */
export const AZURE_TAG = 'azure-ai-vision-face-ui';

/**
 * Which of our texts Azure's keys name, without their prefix `AZAIF_`. Where several name one, the last of these rows that an
 * application sets is shown. Keys that are missing here name what this element does not show: tips with pictures, nudges, and
 * looking up and down, which no challenge asks for.
 */
const TEXT_OF_KEY: readonly (readonly [key: string, text: StringKey])[] = [
  ['Header', 'title'],
  ['HeaderComplete', 'doneTitle'],
  ['BrightnessTip1', 'intro'],
  ['IncreaseBrightness', 'brightness'],
  ['IncreaseBrightnessHighestSetting', 'brightness'],
  ['IncreaseBrightnessToMax', 'brightness'],
  ['Continue', 'start'],
  ['ContinuePrompt', 'start'],
  ['BrightnessContinue', 'start'],
  ['CancelPrompt', 'cancel'],
  ['ActivePromptClose', 'close'],
  ['ClosePrompt', 'close'],
  ['FeedbackStarting', 'openingTitle'],
  ['FeedbackFaceNotCentered', 'noFace'],
  ['FeedbackLookAtCamera', 'lookStraight'],
  ['FeedbackContinueToMoveCloser', 'moveCloser'],
  ['FeedbackMoveCloser', 'moveCloser'],
  ['FeedbackMoveBack', 'moveBack'],
  ['FeedbackTooMuchMovement', 'holdStill'],
  ['FeedbackHoldStill', 'holdStill'],
  ['FeedbackLookLeft', 'turnLeft'],
  ['FeedbackLookRight', 'turnRight'],
  ['FeedbackLookNudge', 'turnMore'],
  ['FeedbackSmileNudge', 'smile'],
  ['FeedbackSmile', 'smile'],
  ['FeedbackAttentionNotNeeded', 'sending'],
  ['FeedbackFinalCompletion', 'done'],
];

/** The element under the names of Azure's web SDK; what it takes besides them is that of {@link BonafideLiveness}. */
export class AzureFaceUi extends BonafideLiveness {
  /** Accepted, and not shown: the page with tips has no picture. */
  brightnessImagePath: string | null = null;

  get continueButtonStyles(): Styles {
    return this.buttonStyles;
  }
  set continueButtonStyles(styles: Styles) {
    this.buttonStyles = styles;
  }

  get feedbackMessageStyles(): Styles {
    return this.hintStyles;
  }
  set feedbackMessageStyles(styles: Styles) {
    this.hintStyles = styles;
  }

  protected override withOwn(texts: Texts): Texts {
    return super.withOwn(withOwnTexts(texts, toOwnKeys(this.languageDictionary)));
  }
}

/** Azure's keys, with and without their prefix, as ours. */
export function toOwnKeys(dictionary: Readonly<Record<string, string>>): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [key, text] of TEXT_OF_KEY) {
    const value = dictionary[`AZAIF_${key}`] ?? dictionary[key];
    if (value !== undefined) own[text] = value;
  }
  return own;
}

/** Registers the element under Azure's tag too; a second call changes nothing. */
export function registerAzureTag(): void {
  if (!customElements.get(AZURE_TAG)) customElements.define(AZURE_TAG, AzureFaceUi);
}
