import type { LinkTexts } from './en.js';

export default {
  title: 'Lebendprüfung',
  heading: 'Zeigen Sie, dass Sie da sind',
  lead: 'Ihre Kamera filmt einige Sekunden lang Ihr Gesicht. Bevor Sie beginnen, wird nichts gesendet.',
  light: 'Suchen Sie gleichmäßiges Licht und stellen Sie den Bildschirm heller.',
  takeOff: 'Nehmen Sie dunkle Brillen, Masken und Hüte ab.',
  upright: 'Halten Sie das Telefon aufrecht und in Augenhöhe.',
  begin: 'Beginnen',
  once: 'Dieser Link gilt einmal. Beginnen Sie, wenn Sie bereit sind.',
  loadFailed: 'Das lässt sich im Moment nicht laden.',
  startFailed: 'Das lässt sich im Moment nicht beginnen.',
  used: 'Dieser Link wurde benutzt oder ist abgelaufen. Bitten Sie um einen neuen.',
  thanks: 'Danke',
  complete: 'Die Prüfung ist abgeschlossen. Sie können diese Seite schließen.',
  failed: 'Das hat nicht geklappt',
  askAgain: 'Bitten Sie die Person, die Ihnen den Link geschickt hat, um einen neuen.',
  useless: 'Dieser Link funktioniert nicht',
  uselessUsed:
    'Er wurde benutzt, ist abgelaufen oder unvollständig kopiert. Bitten Sie die Person, die ihn geschickt hat, um einen neuen.',
  uselessCallback:
    'Er führt zu einer Adresse, die sein Absender nicht erlaubt hat. Bitten Sie die Person, die ihn geschickt hat, um einen neuen.',
} satisfies LinkTexts;
