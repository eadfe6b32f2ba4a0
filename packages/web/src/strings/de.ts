import type { Strings } from './en.js';

export default {
  title: 'Gesichtsprüfung',
  intro: 'Die Kamera sieht Ihr Gesicht einige Sekunden lang an. Folgen Sie den Hinweisen auf dem Bildschirm.',
  flashWarning:
    'Der Bildschirm zeigt wechselnde Farben. Wenn Sie lichtempfindlich sind, wählen Sie die Prüfung ohne farbiges Licht.',
  noFlash: 'Ohne farbiges Licht',
  noFlashChosen: 'Die Prüfung benutzt kein farbiges Licht.',
  brightness: 'Stellen Sie den Bildschirm heller.',
  start: 'Beginnen',
  cancel: 'Abbrechen',
  tryAgain: 'Noch einmal versuchen',
  close: 'Schließen',
  camera: 'Kamera',
  openingTitle: 'Die Kamera wird gestartet',
  allowCamera: 'Erlauben Sie die Kamera, wenn der Browser fragt.',
  loading: 'Wird geladen. Bei langsamer Verbindung dauert das einen Moment.',
  prepareTitle: 'Machen Sie sich bereit',
  challengeTitle: 'Folgen Sie den Hinweisen',
  sendingTitle: 'Wird gesendet',
  sending: 'Sie können sich jetzt entspannen.',
  waitingOffline: 'Es wird auf das Netz gewartet. Ihre Aufnahme bleibt erhalten.',
  waitingBusy: 'Der Dienst ist ausgelastet. Es wird gleich noch einmal gesendet.',
  doneTitle: 'Fertig',
  done: 'Die Prüfung ist abgeschlossen.',
  problemTitle: 'Das hat nicht geklappt',

  noFace: 'Zeigen Sie der Kamera Ihr Gesicht',
  severalFaces: 'Es darf nur ein Gesicht zu sehen sein',
  moveCloser: 'Kommen Sie näher',
  moveBack: 'Gehen Sie zurück',
  moveLeft: 'Gehen Sie nach links',
  moveRight: 'Gehen Sie nach rechts',
  moveUp: 'Höher',
  moveDown: 'Tiefer',
  lookStraight: 'Sehen Sie geradeaus',
  levelHead: 'Halten Sie den Kopf gerade',
  moreLight: 'Es ist zu dunkel',
  lessLight: 'Es ist zu hell',
  blurred: 'Das Bild ist unscharf. Halten Sie still oder reinigen Sie die Linse',
  holdStill: 'Halten Sie still',
  turnLeft: 'Drehen Sie den Kopf nach links',
  turnRight: 'Drehen Sie den Kopf nach rechts',
  turnMore: 'Noch etwas weiter',
  turnBack: 'Sehen Sie wieder geradeaus',
  smile: 'Lächeln Sie',
  openMouth: 'Öffnen Sie den Mund',
  keepLooking: 'Sehen Sie weiter auf den Bildschirm',

  problemInsecure: 'Die Kamera geht nur über eine sichere Verbindung (https).',
  problemDenied:
    'Die Kamera ist nicht erlaubt. Erlauben Sie sie in den Einstellungen des Browsers und versuchen Sie es noch einmal.',
  problemNoCamera: 'Es wurde keine Kamera gefunden. Schließen Sie eine an und versuchen Sie es noch einmal.',
  problemCameraBusy:
    'Die Kamera konnte nicht gestartet werden. Schließen Sie andere Apps, die sie benutzen, und versuchen Sie es noch einmal.',
  problemUnplugged: 'Die Kamera wurde getrennt. Schließen Sie sie an und versuchen Sie es noch einmal.',
  problemAssets:
    'Teile der Prüfung konnten nicht geladen werden. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.',
  problemUnsupported:
    'Dieser Browser kann die Prüfung nicht ausführen. Aktualisieren Sie ihn oder nehmen Sie einen anderen.',
  problemNoFace:
    'Ihr Gesicht wurde nicht gefunden. Sorgen Sie für gleichmäßiges Licht, halten Sie die Kamera auf Augenhöhe und versuchen Sie es noch einmal.',
  problemFaceLost:
    'Ihr Gesicht war nicht mehr im Bild. Bleiben Sie im Bild und versuchen Sie es noch einmal.',
  problemSeveralFaces:
    'Es war mehr als ein Gesicht zu sehen. Bleiben Sie allein im Bild und versuchen Sie es noch einmal.',
  problemSlow: 'Das hat zu lange gedauert. Folgen Sie den Hinweisen und versuchen Sie es noch einmal.',
  problemTurn:
    'Die Kopfdrehung war nicht zu sehen. Drehen Sie den Kopf deutlich zur genannten Seite und versuchen Sie es noch einmal.',
  problemExpression:
    'Der Gesichtsausdruck war nicht zu sehen. Zeigen Sie ihn deutlich und versuchen Sie es noch einmal.',
  problemHidden:
    'Die Prüfung wurde unterbrochen, weil Sie die Seite verlassen haben. Bleiben Sie hier und versuchen Sie es noch einmal.',
  problemRotated: 'Das Gerät wurde gedreht. Halten Sie es, wie es ist, und versuchen Sie es noch einmal.',
  problemCapture: 'Die Aufnahme kann nicht verwendet werden. Bitte versuchen Sie es noch einmal.',
  problemNoNetwork:
    'Es besteht keine Verbindung zum Netz. Stellen Sie sie her und versuchen Sie es noch einmal.',
  problemOffline:
    'Es gibt kein Netz. Ihre Aufnahme bleibt erhalten: Verbinden Sie sich und versuchen Sie es noch einmal.',
  problemService: 'Der Dienst ist nicht erreichbar. Versuchen Sie es in einem Augenblick noch einmal.',
  problemEnded: 'Diese Prüfung ist beendet. Gehen Sie zurück und beginnen Sie eine neue.',
  problemBlurred:
    'Die Bilder waren unscharf. Reinigen Sie die Linse, halten Sie still und versuchen Sie es noch einmal.',
  problemBright: 'Ihr Gesicht war zu hell. Wenden Sie sich vom Licht ab und versuchen Sie es noch einmal.',
  problemCovered:
    'Ihr Gesicht war verdeckt. Nehmen Sie Masken und Sonnenbrillen ab und versuchen Sie es noch einmal.',
  problemNoLight:
    'Diese Prüfung geht nicht ohne farbiges Licht. Wenn Licht Ihnen schaden kann, machen Sie nicht weiter: Schließen Sie sie und bitten Sie um einen anderen Weg. Sonst versuchen Sie es noch einmal und lassen Sie das Licht zu.',
  problemPhoto: 'Das Referenzfoto kann nicht verwendet werden. Gehen Sie zurück und wählen Sie ein anderes.',
} satisfies Strings;
