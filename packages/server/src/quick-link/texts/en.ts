/** Every text of a quick link's page in English. Other languages have the same keys: the compiler names missing ones. */
export const en = {
  title: 'Liveness check',
  heading: 'Show that you are there',
  lead: 'Your camera films your face for a few seconds. Nothing is sent before you begin.',
  light: 'Find even light; turn the screen’s brightness up.',
  takeOff: 'Take off dark glasses, a mask or a hat.',
  upright: 'Hold the phone upright, at the height of your eyes.',
  begin: 'Begin',
  once: 'This link works once. Begin when you are ready.',
  loadFailed: 'This cannot be loaded at the moment.',
  startFailed: 'This cannot be started at the moment.',
  used: 'This link was used or has expired. Ask for another one.',
  thanks: 'Thank you',
  complete: 'The check is complete. You can close this page.',
  failed: 'That did not work',
  askAgain: 'Ask whoever sent you the link for another one.',
  useless: 'This link does not work',
  uselessUsed: 'It was used, has expired, or was copied incompletely. Ask whoever sent it for another one.',
  uselessCallback:
    'It leads back to an address that its sender has not allowed. Ask whoever sent it for another one.',
};

/** All texts of one language. */
export type LinkTexts = Record<keyof typeof en, string>;
